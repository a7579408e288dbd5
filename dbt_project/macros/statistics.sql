{#
    Aggregate: the median of numbers, exactly, where `percentile_cont` would go through
    binary floats: the mean of the middle one from below and the middle one from above.
#}
{% macro median(value) -%}
    (
        percentile_disc(0.5) within group (order by {{ value }})
        + percentile_disc(0.5) within group (order by {{ value }} desc)
    ) / 2
{%- endmacro %}
