"""For each rule what breaks it: statements on a warehouse in which every rule holds.

`also` names the rules of the same suite that the same fault must break: where more than half is
wrong, more than a twentieth is.
"""

from dataclasses import dataclass

LAST_EVENT = 'select date from marts.events order by "timestamp" desc limit 1'
LAST_MEASURED = "select max(date) from marts.performance_metrics"


@dataclass(frozen=True)
class Corruption:
    """What to do to the warehouse, and which rules besides the one named it breaks."""

    statement: str
    also: frozenset[str] = frozenset()


def _of(statement: str, *also: str) -> Corruption:
    return Corruption(statement, frozenset(also))


def _raw(assignments: str, where: str) -> Corruption:
    return _of(f"update raw.events set {assignments} where {where}")


def _loads(rejected: str, *also: str) -> Corruption:
    return _of(
        "update raw.loads set records_read = events_landed + entities_landed + (@), "
        "records_rejected = (@)".replace("@", rejected),
        *also,
    )


def _last_loads(factor: str) -> Corruption:
    return _of(
        f"update raw.loads set events_landed = events_landed * {factor}, entities_landed = 0,"
        f" records_rejected = 0, records_read = events_landed * {factor}"
        " where landed_at > now() - interval '1 day'"
    )


def _one(table: str, assignments: str, where: str = "true") -> Corruption:
    return _of(
        f"update {table} set {assignments}"
        f" where id = (select id from {table} where {where} order by 1 limit 1)"
    )


def _recent(table: str, assignments: str) -> Corruption:
    return _of(
        f"update {table} set {assignments} where ctid ="
        f" (select ctid from {table} order by date desc limit 1)"
    )


def _share(table: str, assignments: str, of_ten: int, *also: str) -> Corruption:
    where = f"abs(hashtext(id::text)) % 10 < {of_ten}"
    return _of(f"update {table} set {assignments} where {where}", *also)


def _last_week(assignments: str) -> Corruption:
    return _of(f"update marts.events set {assignments} where date > ({LAST_EVENT}) - 7")


def _nullable(table: str, column: str, statement: str) -> Corruption:
    return _of(f"alter table {table} alter column {column} drop not null; {statement}")


CORRUPTIONS: dict[str, dict[str, Corruption]] = {
    "raw_events": {
        "event_id_is_present": _nullable(
            "raw.events", "event_id", "update raw.events set event_id = null where load_id = 1"
        ),
        "event_name_is_present": _nullable(
            "raw.events",
            "event_name",
            "update raw.events set event_name = null where record_number < 9",
        ),
        "timestamp_is_present": _nullable(
            "raw.events",
            '"timestamp"',
            'update raw.events set "timestamp" = null where record_number < 9',
        ),
        "timestamp_is_not_before_2000": _raw("\"timestamp\" = '1999-12-31Z'", "record_number < 9"),
        "timestamp_is_legal": _raw(
            "\"timestamp\" = landed_at + interval '25 hours'", "record_number < 9"
        ),
        "timestamp_is_not_in_the_future": _raw(
            "\"timestamp\" = landed_at + interval '1 hour'", "record_number % 20 = 0"
        ),
        "client_clock_is_close": _raw(
            "client_timestamp = \"timestamp\" + interval '1 hour'", "record_number % 4 = 0"
        ),
        "half_of_the_event_names_are_known": _of(
            "update raw.events set event_name = 'moon_walk' where record_number % 4 <> 0",
            "event_name_is_known",
        ),
        "event_name_is_known": _raw("event_name = 'moon_walk'", "record_number % 10 = 0"),
        "actor_is_present": _raw("user_id = null, session_id = null", "record_number % 5 = 0"),
    },
    "raw_contracts": {
        "half_of_the_data_keeps_its_contract": _of(
            "update raw.events set data = '{}'", "required_data_is_present"
        ),
        "required_data_is_present": _raw("data = data - 'postId'", "event_name = 'post_like'"),
        "data_has_its_type": _raw(
            """data = data || '{"messageLength": "long"}'""", "event_name = 'message_sent'"
        ),
        "data_is_in_its_range": _raw(
            """data = data || '{"action": "adore"}'""", "event_name = 'post_like'"
        ),
    },
    "raw_landing": {
        "something_landed": _of(
            "update raw.loads set"
            " records_read = 0, events_landed = 0, entities_landed = 0, records_rejected = 0"
        ),
        "half_is_not_rejected": _loads("2 * events_landed", "few_are_rejected"),
        "few_are_rejected": _loads("events_landed / 10"),
        "few_are_duplicates": _raw("event_id = 'again'", "record_number % 5 = 0"),
        "events_are_fresh": _raw(
            '"timestamp" = "timestamp" - interval \'9 days\','
            " client_timestamp = client_timestamp - interval '9 days'",
            "true",
        ),
        "client_clocks_agree": _raw(
            "client_timestamp = client_timestamp + interval '1 hour'", "true"
        ),
    },
    "raw_volume": {
        "enough_landed": _last_loads("0"),
        "not_too_much_landed": _last_loads("3"),
    },
    "marts_events": {
        "status_is_known": _recent("marts.events", "status = 'pending'"),
        "some_events_are_valid": _share(
            "marts.events", "is_valid = false", 8, "few_events_are_invalid"
        ),
        "few_events_are_invalid": _share("marts.events", "is_valid = false", 1),
        "few_events_are_suppressed": _share("marts.events", "status = 'suppressed'", 8),
        "several_kinds_of_events_arrive": _of("update marts.events set event_name = 'page_view'"),
        "platform_is_present": _share("marts.events", "platform = null", 8),
    },
    "marts_events_drift": {
        "platforms_are_stable": _last_week("platform = 'desktop'"),
        "countries_are_stable": _last_week("country = 'XX'"),
        "event_names_are_stable": _last_week("event_name = 'post_view'"),
    },
    "marts_events_dates": {
        "no_date_is_missing": _of(f"delete from marts.events where date = ({LAST_EVENT}) - 9"),
        "events_change_slowly": _of(
            f"delete from marts.events where date = ({LAST_EVENT}) - 1"
            " and abs(hashtext(id::text)) % 10 < 9"
        ),
        "invalid_share_changes_slowly": _of(
            f"update marts.events set is_valid = false where date = ({LAST_EVENT}) - 1"
            " and abs(hashtext(id::text)) % 10 < 3"
        ),
    },
    "marts_users": {
        "engagement_score_is_in_range": _one("marts.users", "engagement_score = 101"),
        "totals_are_not_negative": _one("marts.users", "total_posts = -1"),
        "followers_equal_following": _one("marts.users", "total_followers = total_followers + 1"),
        "created_before_last_active": _of(
            "update marts.users set created_at = last_active_at + interval '1 day'"
        ),
        "some_users_are_engaged": _of("update marts.users set engagement_score = 0"),
        "role_is_present": _nullable(
            "marts.users", "role", "update marts.users set role = null where total_posts > 0"
        ),
    },
    "marts_user_sessions": {
        "ends_after_it_starts": _of(
            "update marts.user_sessions set ended_at = started_at - interval '1 second'"
            " where started_at = (select max(started_at) from marts.user_sessions)"
        ),
        "bounce_rate_is_0_or_1": _share("marts.user_sessions", "bounce_rate = 0.5", 1),
        "scroll_depth_is_a_share": _share("marts.user_sessions", "scroll_depth_avg = 7", 1),
        "few_sessions_last_a_day": _share("marts.user_sessions", "duration = '25 hours'", 1),
        "sessions_have_a_user": _share("marts.user_sessions", "user_id = null", 8),
    },
    "marts_user_interactions_daily": {
        "engagement_score_is_not_negative": _recent(
            "marts.user_interactions_daily", "engagement_score = -1"
        ),
        "session_time_is_not_negative": _recent(
            "marts.user_interactions_daily", "total_session_duration = '-1 second'"
        ),
        "actions_are_those_of_a_person": _share(
            "marts.user_interactions_daily", "messages_sent = 2000", 2
        ),
        "several_users_are_active": _of(
            "delete from marts.user_interactions_daily"
            " where user_id <> (select id from marts.users order by last_active_at desc limit 1)"
        ),
    },
    "marts_user_interactions_daily_totals": {
        "counts_equal_events": _recent(
            "marts.user_interactions_daily", "pages_viewed = pages_viewed + 1"
        ),
        "sessions_equal_user_sessions": _recent(
            "marts.user_interactions_daily", "sessions_count = sessions_count + 1"
        ),
    },
    "marts_content_analytics": {
        "counts_are_not_negative": _one("marts.content_analytics", "saves_count = -1"),
        "bounce_rate_is_a_share": _one("marts.content_analytics", "bounce_rate = 1.5"),
        "quality_score_is_in_range": _one("marts.content_analytics", "quality_score = 101"),
        "virality_score_is_in_range": _one("marts.content_analytics", "virality_score = -1"),
        "what_is_engaged_with_is_viewed": _of("update marts.content_analytics set views_count = 0"),
        "posts_have_an_author": _of("update marts.content_analytics set author_id = null"),
    },
    "marts_community_analytics": {
        "only_members_leave": _recent(
            "marts.community_analytics", "members_left = members_before + new_members + 1"
        ),
        "communities_grow_slowly": _recent(
            "marts.community_analytics", "members_before = 50, growth_rate = 2"
        ),
        "members_are_the_active_ones": _share(
            "marts.community_analytics", "members_count = 50, engagement_rate = 2", 5
        ),
    },
    "marts_experiments": {
        "winner_is_a_variant": _one("marts.experiments", "winning_variant = 'nobody'"),
        "contaminated_users_are_those_assigned": _one(
            "marts.experiments", "contaminated_users = contaminated_users + 1"
        ),
        "variants_were_given_as_meant": _one("marts.experiments", "srm_p_value = 0.0001"),
        "few_users_are_contaminated": _of(
            """
            insert into marts.experiment_assignments (
                id, experiment_id, experiment_ref, user_id, user_ref, variant, assigned_at,
                is_contaminated
            )
            select
                gen_random_uuid(), id, experiment_ref, gen_random_uuid(), 'more', 'a', now(), true
            from marts.experiments
            cross join generate_series(1, 100);
            update marts.experiments set contaminated_users = contaminated_users + 100
            """
        ),
        "ends_after_it_starts": _one(
            "marts.experiments", "end_date = start_date - interval '1 day'"
        ),
    },
    "marts_experiment_assignments": {
        "variant_has_a_name": _of(
            "update marts.experiment_assignments set variant = ''", "variant_is_listed"
        ),
        "variant_is_listed": _share("marts.experiment_assignments", "variant = 'tretment'", 5),
        "assigned_while_it_runs": _of(
            "update marts.experiments set start_date = now() + interval '1 day'"
        ),
    },
    "marts_experiment_results": {
        "users_are_those_assigned": _one("marts.experiment_results", "users = users + 1"),
        "one_control_a_metric": _of("update marts.experiment_results set is_control = true"),
        "lifts_are_believable": _of(
            "update marts.experiment_results set lift = 3, users = 1000",
            "users_are_those_assigned",
        ),
        "most_results_have_a_p_value": _of("update marts.experiment_results set p_value = null"),
    },
    "marts_error_logs": {
        "few_errors_are_critical": _of("update marts.error_logs set severity = 'critical'"),
        "resolved_after_they_occur": _of(
            "update marts.error_logs"
            " set resolved = true, resolved_at = \"timestamp\" - interval '1 day'"
        ),
    },
    "marts_performance_metrics": {
        "amounts_are_not_negative": _share("marts.performance_metrics", "metric_value = -1", 1),
        "durations_are_those_of_a_page": _share(
            "marts.performance_metrics", "metric_value = 1e9, metric_unit = 'ms'", 1
        ),
        "percentages_are_shares": _share(
            "marts.performance_metrics", "metric_value = 250, metric_unit = 'percentage'", 1
        ),
    },
    "marts_performance_metrics_measures": {
        "a_measure_has_one_unit": _share("marts.performance_metrics", "metric_unit = 'bytes'", 5),
        "medians_are_stable": _of(
            "update marts.performance_metrics set metric_value = metric_value * 5"
            f" where date > ({LAST_MEASURED}) - 7"
        ),
    },
    "metrics_active_users_daily": {
        "dau_is_users_with_a_day": _recent("marts.user_interactions_daily", "last_event_at = null"),
    },
    "metrics_sessions_daily": {
        "sessions_are_those_of_the_mart": _of(
            "delete from marts.user_sessions"
            " where id = (select id from marts.user_sessions order by id limit 1)"
        ),
    },
    "metrics_errors_daily": {
        "errors_are_those_logged": _of(
            "delete from marts.error_logs"
            " where id = (select id from marts.error_logs order by date desc, id limit 1)"
        ),
    },
    "metrics_performance_daily": {
        "samples_are_those_measured": _of(
            "delete from marts.performance_metrics where id ="
            " (select id from marts.performance_metrics order by date desc, id limit 1)"
        ),
    },
    "metrics_attribution": {
        "scores_are_those_of_users": _of(
            "update marts.users set engagement_score = engagement_score / 2"
        ),
    },
}
