{#
    The place as an analyst sees it: `other` where fewer people than var
    `privacy_min_group` stand behind it. No place stays none.
#}
{% macro folded_place(place, people) -%}
    case
        when {{ people }} >= {{ var('privacy_min_group') }} then {{ place }}
        when {{ place }} is not null then 'other'
    end
{%- endmacro %}

{#
    The path that an address names, without server, query string and fragment: those may
    carry a name or a token. Any text may be given.
#}
{% macro path_of_url(url) -%}
    substring({{ url }} from '^(?:[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*)?([^?#]*)')
{%- endmacro %}
