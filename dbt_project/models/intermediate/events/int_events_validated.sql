-- rendered from loaders/catalogue by `chhimeki catalogue render`, do not edit
-- sqlfluff:exclude_rules:AM04,ST05
{{ config(materialized='view') }}

select
    stg_events.*,
    event_types.event_category,
    coalesce(event_types.is_interaction, false) as is_interaction,
    to_jsonb(nullif(array_remove(
        case stg_events.event_name
            when 'community_join'
                then array[
                    {{ violation_string('communityId', required=true) }}
                ]
            when 'community_leave'
                then array[
                    {{ violation_string('communityId', required=true) }},
                    {{ violation_string('reason') }}
                ]
            when 'community_post'
                then array[
                    {{ violation_string('communityId', required=true) }},
                    {{ violation_string('postId', required=true) }},
                    {{ violation_string(
                        'postType', allowed=['text', 'image', 'video']
                    ) }},
                    {{ violation_number('contentLength', minimum=0) }}
                ]
            when 'consent_updated'
                then array[
                    {{ violation_boolean('analytics', required=true) }}
                ]
            when 'error_occurred'
                then array[
                    {{ violation_string('errorType', required=true) }},
                    {{ violation_string('errorMessage', required=true) }},
                    {{ violation_string('errorStack') }},
                    {{ violation_string(
                        'severity', allowed=['low', 'medium', 'high', 'critical']
                    ) }},
                    {{ violation_string('category') }}
                ]
            when 'error_resolved'
                then array[
                    {{ violation_string('errorId', required=true) }}
                ]
            when 'experiment_assigned'
                then array[
                    {{ violation_string('experimentId', required=true) }},
                    {{ violation_string('variant', required=true) }}
                ]
            when 'media_upload'
                then array[
                    {{ violation_string('mediaId', required=true) }},
                    {{ violation_string(
                        'mediaType', allowed=['image', 'video', 'audio']
                    ) }},
                    {{ violation_number('fileSize', minimum=0) }}
                ]
            when 'media_view'
                then array[
                    {{ violation_string('mediaId', required=true) }},
                    {{ violation_number('viewDuration', minimum=0, maximum=1e12) }}
                ]
            when 'message_sent'
                then array[
                    {{ violation_string('recipientId', required=true) }},
                    {{ violation_string(
                        'messageType', allowed=['text', 'media', 'emoji']
                    ) }},
                    {{ violation_number('messageLength', minimum=0) }}
                ]
            when 'news_article_share'
                then array[
                    {{ violation_string('articleId', required=true) }},
                    {{ violation_string('shareTarget') }}
                ]
            when 'news_article_view'
                then array[
                    {{ violation_string('articleId', required=true) }},
                    {{ violation_string('category') }},
                    {{ violation_string('source') }},
                    {{ violation_number('timeSpent', minimum=0, maximum=1e12) }}
                ]
            when 'page_view'
                then array[
                    {{ violation_string('title') }},
                    {{ violation_number('scrollDepth', minimum=0, maximum=1) }},
                    {{ violation_number('loadTime', minimum=0, maximum=1e12) }}
                ]
            when 'performance_metric'
                then array[
                    {{ violation_string('metricName', required=true) }},
                    {{ violation_number('metricValue', required=true) }},
                    {{ violation_string(
                        'metricUnit', allowed=['ms', 'bytes', 'count', 'percentage']
                    ) }}
                ]
            when 'post_comment'
                then array[
                    {{ violation_string('postId', required=true) }},
                    {{ violation_string('postAuthor') }},
                    {{ violation_string('commentId') }},
                    {{ violation_string('parentCommentId') }},
                    {{ violation_number('commentLength', minimum=0) }},
                    {{ violation_string('communityId') }}
                ]
            when 'post_created'
                then array[
                    {{ violation_string('postId', required=true) }},
                    {{ violation_string(
                        'postType', allowed=['text', 'image', 'video']
                    ) }},
                    {{ violation_number('contentLength', minimum=0) }},
                    {{ violation_boolean('hasMedia') }},
                    {{ violation_timestamp('creationTime') }},
                    {{ violation_string('communityId') }}
                ]
            when 'post_like'
                then array[
                    {{ violation_string('postId', required=true) }},
                    {{ violation_string('postAuthor') }},
                    {{ violation_string('action', allowed=['like', 'unlike']) }},
                    {{ violation_string('communityId') }}
                ]
            when 'post_save'
                then array[
                    {{ violation_string('postId', required=true) }},
                    {{ violation_string('postAuthor') }},
                    {{ violation_string('action', allowed=['save', 'unsave']) }}
                ]
            when 'post_share'
                then array[
                    {{ violation_string('postId', required=true) }},
                    {{ violation_string('postAuthor') }},
                    {{ violation_string('shareTarget') }},
                    {{ violation_string('communityId') }}
                ]
            when 'post_view'
                then array[
                    {{ violation_string('postId', required=true) }},
                    {{ violation_string('postAuthor') }},
                    {{ violation_string(
                        'postType', allowed=['text', 'image', 'video']
                    ) }},
                    {{ violation_number('viewDuration', minimum=0, maximum=1e12) }},
                    {{ violation_string('communityId') }}
                ]
            when 'profile_view'
                then array[
                    {{ violation_string('profileUserId', required=true) }}
                ]
            when 'search_performed'
                then array[
                    {{ violation_string('query', required=true) }},
                    {{ violation_number('resultsCount', minimum=0) }},
                    {{ violation_string('searchType') }}
                ]
            when 'search_result_click'
                then array[
                    {{ violation_string('resultId', required=true) }},
                    {{ violation_string('query') }},
                    {{ violation_number('position') }}
                ]
            when 'session_end'
                then array[
                    {{ violation_string('reason') }}
                ]
            when 'session_start'
                then array[
                    {{ violation_string('platform') }},
                    {{ violation_object('deviceInfo') }},
                    {{ violation_string('ipAddress') }},
                    {{ violation_string('userAgent') }},
                    {{ violation_string('screenResolution') }},
                    {{ violation_string('viewportSize') }},
                    {{ violation_string('city') }},
                    {{ violation_string('region') }},
                    {{ violation_string('country') }}
                ]
            when 'story_view'
                then array[
                    {{ violation_string('storyId', required=true) }},
                    {{ violation_string('storyAuthor') }},
                    {{ violation_number('viewDuration', minimum=0, maximum=1e12) }}
                ]
            when 'tab_switch'
                then array[
                    {{ violation_string('fromTab') }},
                    {{ violation_string('toTab') }}
                ]
            when 'trending_item_click'
                then array[
                    {{ violation_string('itemId', required=true) }},
                    {{ violation_string('platform') }},
                    {{ violation_string(
                        'itemType', allowed=['hashtag', 'topic', 'trend', 'content']
                    ) }},
                    {{ violation_number('position') }}
                ]
            when 'trending_item_view'
                then array[
                    {{ violation_string('itemId', required=true) }},
                    {{ violation_string('platform') }},
                    {{ violation_string(
                        'itemType', allowed=['hashtag', 'topic', 'trend', 'content']
                    ) }},
                    {{ violation_number('position') }}
                ]
            when 'user_follow'
                then array[
                    {{ violation_string('targetUserId', required=true) }},
                    {{ violation_string('action', allowed=['follow', 'unfollow']) }}
                ]
            else array[{{ violation('eventName', 'unknown') }}]
        end,
        null
    ), '{}')) as validation_errors
from (select * from {{ ref('stg_events') }}) as stg_events
left outer join (select * from {{ ref('event_types') }}) as event_types
    on stg_events.event_name = event_types.event_name
