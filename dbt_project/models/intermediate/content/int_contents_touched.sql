{{ config(indexes=[{'columns': ['build_id']}]) }}

-- Reads `int_contents_summarized` as the build before left it: the author who loses a
-- post has to be counted again too.

with

days as (
    select * from {{ ref('int_content_days_summarized') }}
    where build_id > {{ built_through('int_contents_summarized') }}
),

author_names as (
    select * from {{ ref('int_author_names') }}
    where build_id > {{ built_through('int_contents_summarized') }}
),
{% if follows_builds_of('int_contents_summarized', 'intermediate') %}
contents_before as not materialized (
    select * from {{ as_last_built('int_contents_summarized', 'intermediate') }}
),

contents as (
    select
        content_type,
        content_id
    from days
    union
    select
        contents_before.content_type,
        contents_before.content_id
    from author_names
    inner join contents_before on author_names.author_key = contents_before.author_key
),

touched as (
    select
        contents.content_type,
        contents.content_id,
        contents_before.author_id as author_id_before
    from contents
    left join contents_before
        on
            contents.content_id = contents_before.content_id
            and contents.content_type = contents_before.content_type
),
{% else %}
touched as (
    select
        content_type,
        content_id,
        creator_id as author_id_before
    from days
    where false
),
{% endif %}
stamped as (
    select
        content_type,
        content_id,
        author_id_before,
        {{ build_id() }}::bigint as build_id
    from touched
)

select * from stamped
