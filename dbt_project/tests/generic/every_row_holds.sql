{% test every_row_holds(model, condition) %}
select *
from {{ model }}
where not ({{ condition }})
{% endtest %}
