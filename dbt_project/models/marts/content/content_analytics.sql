{{ config(
    touched='int_contents_summarized',
    touched_on=(
        'target.content_id = touched.content_id'
        ~ ' and target.content_type = touched.content_type'
    ),
    indexes=[
        {'columns': ['content_id', 'content_type'], 'unique': true},
        {'columns': ['content_type', 'engagement_score']},
        {'columns': ['author_id']},
    ],
) }}

with

contents as (
    select * from {{ ref('int_contents_summarized') }}
    where
        build_id > {{ built_through(this.name) }}
        and events_count > 0
),

places as not materialized (
    select * from {{ ref('int_content_places_counted') }}
),

touched_places as (
    {% if is_incremental() %}
    select found.*
    from contents
    -- offset 0: a look-up by index each, whatever the planner makes of the news
    cross join lateral (
        select * from places
        where
            content_id = contents.content_id
            and content_type = contents.content_type
        offset 0  -- noqa: AM09
    ) as found
    {% else %}
    select * from places
    {% endif %}
),

places_named as (
    select
        content_type,
        content_id,
        'country' as kind,
        country as name,
        views_count
    from touched_places
    union all
    select
        content_type,
        content_id,
        'city' as kind,
        city as name,
        views_count
    from touched_places
),

places_counted as (
    select
        content_type,
        content_id,
        kind,
        name,
        sum(views_count)::bigint as views
    from places_named
    where name is not null
    group by
        content_type,
        content_id,
        kind,
        name
),

places_ranked as (
    select
        *,
        row_number() over (
            partition by content_type, content_id, kind
            order by views desc, name collate "C"
        ) as rank
    from places_counted
),

top_places_listed as (
    select
        content_type,
        content_id,
        jsonb_agg(
            jsonb_build_object('country', name, 'views', views) order by rank
        ) filter (where kind = 'country') as top_countries,
        jsonb_agg(
            jsonb_build_object('city', name, 'views', views) order by rank
        ) filter (where kind = 'city') as top_cities
    from places_ranked
    where rank <= 10
    group by
        content_type,
        content_id
),

ratios_taken as (
    select
        *,
        view_milliseconds / nullif(timed_views_count, 0) as avg_milliseconds,
        bounces_count::numeric / nullif(timed_views_count, 0) as bounce_rate,
        shares_count::numeric / nullif(views_count, 0) as shares_to_views,
        comments_count::numeric / nullif(views_count, 0) as comments_to_views,
        shares_count::numeric / nullif(viewers_count, 0) as shares_to_viewers
    from contents
),

-- each part from 0 to 1; `least` skips a null, so the null becomes 0 before it
quality_parts as (
    select
        *,
        coalesce(1 - bounce_rate, 0) as staying,
        least(
            1,
            coalesce(avg_milliseconds, 0) / (1000 * {{ var('full_view_seconds') }})
        ) as watching,
        least(1, 10 * coalesce(comments_to_views, 0)) as commenting
    from ratios_taken
),

-- to the microsecond that an interval has, and after the score that wants them exact
durations_rounded as (
    select
        *,
        round(avg_milliseconds, 3) as avg_rounded,
        case when timed_views_count > 0 then round(view_milliseconds, 3) end
            as total_rounded
    from quality_parts
),

content_analytics as (
    select
        -- keys
        {{ source_uuid(
            "'content'", "(contents.content_type || ':' || contents.content_id)"
        ) }} as id,
        contents.content_id,
        contents.content_type,
        contents.content_ref,
        contents.author_id,

        -- counts
        contents.views_count::integer as views_count,
        contents.viewers_count::integer as unique_views_count,
        contents.likes_count::integer as likes_count,
        contents.shares_count::integer as shares_count,
        contents.comments_count::integer as comments_count,
        contents.saves_count::integer as saves_count,

        -- views
        -- in days and seconds, as seconds alone could not hold the longest sum
        make_interval(
            days => div(contents.avg_rounded, 86400000)::integer,
            secs => mod(contents.avg_rounded, 86400000) / 1000
        ) as avg_view_duration,
        make_interval(
            days => div(contents.total_rounded, 86400000)::integer,
            secs => mod(contents.total_rounded, 86400000) / 1000
        ) as total_view_duration,
        contents.bounce_rate::numeric(5, 4) as bounce_rate,

        -- spread
        contents.shares_to_views::numeric(14, 4) as shares_to_views_ratio,
        contents.comments_to_views::numeric(14, 4) as comments_to_views_ratio,
        (
            (contents.likes_count + contents.comments_count + contents.shares_count)
            / nullif(contents.views_count, 0)::numeric
        )::numeric(14, 4) as engagement_rate,
        contents.shares_to_views::numeric(14, 4) as viral_coefficient,

        -- geography
        top_places_listed.top_countries,
        top_places_listed.top_cities,

        -- scores
        (
            {{ var('content_points').like }} * contents.likes_count
            + {{ var('content_points').comment }} * contents.comments_count
            + {{ var('content_points').share }} * contents.shares_count
            + {{ var('content_points').save }} * contents.saves_count
            + {{ var('content_points').view }} * contents.views_count
        )::numeric(16, 4) as engagement_score,
        -- to twelve places first, as parts without an end in decimals may sum to a tie
        round(
            100 * (
                {{ var('quality_weights').staying }} * contents.staying
                + {{ var('quality_weights').watching }} * contents.watching
                + {{ var('quality_weights').commenting }} * contents.commenting
            ),
            12
        )::numeric(10, 4) as quality_score,
        (
            100 * (1 - exp(-5 * coalesce(contents.shares_to_viewers, 0)))
        )::numeric(10, 4) as virality_score
    from durations_rounded as contents
    left join top_places_listed
        on
            contents.content_id = top_places_listed.content_id
            and contents.content_type = top_places_listed.content_type
)

select * from content_analytics
