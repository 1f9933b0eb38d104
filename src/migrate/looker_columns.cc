// SPDX-License-Identifier: Apache-2.0
#include "migrate/looker_columns.h"

#include <array>

namespace weir::migrate {
namespace {

constexpr std::array<LookerColumn, 33> kDashboard = {{
    {"id", "integer"},
    {"user_id", "integer"},
    {"title", "text"},
    {"description", "text"},
    {"hidden", "integer"},
    {"created_at", "timestamp"},
    {"space_id", "integer"},
    {"deleted_at", "timestamp"},
    {"filter_lookml", "text"},
    {"refresh_interval", "text"},
    {"load_configuration", "text"},
    {"background_color", "text"},
    {"show_title", "integer"},
    {"title_color", "text"},
    {"show_filters_bar", "integer"},
    {"tile_background_color", "text"},
    {"tile_text_color", "text"},
    {"tile_separator_color", "text"},
    {"tile_border_radius", "integer"},
    {"show_tile_shadow", "integer"},
    {"content_metadata_id", "integer"},
    {"text_tile_text_color", "text"},
    {"deleter_id", "integer"},
    {"query_timezone", "text"},
    {"lookml_link_id", "text"},
    {"preferred_viewer", "text"},
    {"appearance", "text"},
    {"crossfilter_enabled", "integer"},
    {"indexed_at", "timestamp"},
    {"alert_sync_with_dashboard_filter_enabled", "integer"},
    {"filters_bar_collapsed", "integer"},
    {"updated_at", "timestamp"},
    {"last_updater_id", "integer"},
}};

constexpr std::array<LookerColumn, 35> kHistory = {{
    {"id", "integer"},
    {"user_id", "integer"},
    {"title", "text"},
    {"created_at", "timestamp"},
    {"query_id", "integer"},
    {"look_id", "integer"},
    {"runtime", "double"},
    {"source", "text"},
    {"node_id", "integer"},
    {"status", "text"},
    {"slug", "text"},
    {"cache_key", "text"},
    {"result_source", "text"},
    {"message", "text"},
    {"connection_name", "text"},
    {"connection_id", "text"},
    {"dialect", "text"},
    {"completed_at", "timestamp"},
    {"force_production", "integer"},
    {"generate_links", "integer"},
    {"path_prefix_id", "integer"},
    {"cache", "integer"},
    {"cache_only", "integer"},
    {"sql_query_id", "integer"},
    {"render_key", "text"},
    {"rebuild_pdts", "integer"},
    {"server_table_calcs", "integer"},
    {"dashboard_id", "text"},
    {"result_format", "text"},
    {"apply_formatting", "integer"},
    {"dashboard_session", "text"},
    {"apply_vis", "integer"},
    {"models_dir", "text"},
    {"workspace_id", "text"},
    {"result_maker_id", "integer"},
}};

constexpr std::array<LookerColumn, 35> kUser = {{
    {"id", "integer"},
    {"is_admin", "integer"},
    {"first_name", "text"},
    {"last_name", "text"},
    {"models", "text"},
    {"models_dir", "text"},
    {"dev_mode", "integer"},
    {"chat_popover", "integer"},
    {"browser_count", "integer"},
    {"is_looker_employee", "integer"},
    {"dev_mode_user_id", "integer"},
    {"is_disabled", "integer"},
    {"email", "text"},
    {"marketing_email_updates", "integer"},
    {"release_email_updates", "integer"},
    {"outgoing_access_token_id", "integer"},
    {"eula_accepted", "integer"},
    {"eula_accepted_time", "timestamp"},
    {"eula_accepted_version", "text"},
    {"home_space_id", "text"},
    {"chat_disabled", "integer"},
    {"dev_branch_name", "text"},
    {"timezone", "text"},
    {"editor_keybinding_mode", "text"},
    {"version_set_id", "integer"},
    {"ui_state", "text"},
    {"external_avatar_url", "text"},
    {"sticky_workspace_id", "text"},
    {"locale", "text"},
    {"created_at", "timestamp"},
    {"models_dir_validated", "integer"},
    {"prev_permissions", "text"},
    {"tokens_invalid_before", "timestamp"},
    {"auto_provisioned_api_user", "integer"},
    {"requires_email_verification", "integer"},
}};

constexpr std::array<LookerColumn, 19> kUserFacts = {{
    {"id", "integer"},
    {"user_id", "integer"},
    {"external_id", "text"},
    {"is_admin", "integer"},
    {"is_developer", "integer"},
    {"is_explorer", "integer"},
    {"is_embed", "integer"},
    {"has_ui_credentials", "integer"},
    {"active_ui_sessions", "integer"},
    {"last_ui_login_at", "timestamp"},
    {"last_ui_login_credential_type", "text"},
    {"has_api_credentials", "integer"},
    {"active_api_sessions", "integer"},
    {"last_api_login_at", "timestamp"},
    {"is_viewer", "integer"},
    {"is_presumed_looker_employee", "integer"},
    {"is_verified_looker_employee", "integer"},
    {"is_content_saver", "integer"},
    {"is_sql_runner", "integer"},
}};

constexpr std::array<LookerTable, 4> kTables = {{
    {"dashboard", "dashboard", "looker_dashboard", kDashboard},
    {"history", "history", "looker_history", kHistory},
    {"user", "user", "looker_dashboard_user", kUser},
    {"user_facts", "looker_user_facts", "looker_user_facts", kUserFacts},
}};

}  // namespace

std::span<const LookerTable> looker_tables() { return kTables; }

const LookerTable* looker_table_of(std::string_view dbtable) {
  for (const auto& table : kTables) {
    if (table.dbtable == dbtable) return &table;
  }
  return nullptr;
}

}  // namespace weir::migrate
