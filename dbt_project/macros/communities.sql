{# Events whose data may name a community: the catalogue's types with a `communityId`. #}
{% macro community_event_names() -%}
    (
        'post_created', 'post_view', 'post_like', 'post_share', 'post_comment',
        'community_join', 'community_leave', 'community_post'
    )
{%- endmacro %}

{# The key of a community's day: derived, as the source has no id for it. #}
{% macro community_day_uuid(community_id, date) -%}
    md5('community_day:' || {{ community_id }} || ':' || {{ date }})::uuid
{%- endmacro %}
