{# Events that switch a state on or off. #}
{% macro state_event_names() -%}
    ('post_like', 'post_save', 'user_follow', 'community_join', 'community_leave')
{%- endmacro %}

{# Events on a piece of content: a post, a story, a news article. #}
{% macro content_event_names() -%}
    (
        'post_created', 'post_view', 'post_like', 'post_share', 'post_comment',
        'post_save', 'community_post', 'story_view', 'news_article_view',
        'news_article_share'
    )
{%- endmacro %}

{# Events of one user on another. #}
{% macro social_event_names() -%}
    ('user_follow', 'message_sent', 'profile_view')
{%- endmacro %}
