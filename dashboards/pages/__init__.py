"""The pages of the site, one module each, in the order of the navigation.

What flows through: nothing; declarations. A chart is one declaration in its page's module and one
`.sql` file of the same name in `dashboards/sql/<page>/`.
"""

from dashboards.pages import engagement, growth

PAGES = (growth.page, engagement.page)
