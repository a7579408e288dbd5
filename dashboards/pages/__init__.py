"""The pages of the site, one module each, in the order of the navigation.

What flows through: nothing; declarations. A chart is one declaration in its page's module and one
`.sql` file named like its query in `dashboards/sql/<page>/`.
"""

from dashboards.pages import (
    communities,
    content,
    data_quality,
    engagement,
    experiments,
    growth,
    platform_health,
)

PAGES = (
    growth.page,
    engagement.page,
    content.page,
    communities.page,
    experiments.page,
    platform_health.page,
    data_quality.page,
)
