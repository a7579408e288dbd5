{#
    The host that a referrer names, in lower case, without `www.` and port; null for a
    text that is no URL with a host. Any text may be given: nothing is cast, and a name
    longer than the 253 characters of DNS is none. Letters are those of ASCII, as
    browsers write other names in them, so no collation has a say.
#}
{% macro referrer_host(referrer) -%}
    regexp_replace(
        substring(lower({{ referrer }} collate "C") from '{{ host_pattern() }}'),
        '^www[.](?=.)', ''
    )
{%- endmacro %}

{# Regular expression of a URL in lower case; what it captures is the host. #}
{% macro host_pattern() -%}
    {%- set scheme = '[a-z][a-z0-9+.-]*://' -%}
    {%- set user = '(?:[^/?#]*@)?' -%}
    {%- set host = '([a-z0-9._-]{1,253}|[[][0-9a-f:.]{1,45}[]])' -%}
    ^{{ scheme }}{{ user }}{{ host }}(?::[0-9]*)?(?:[/?#]|$)
{%- endmacro %}
