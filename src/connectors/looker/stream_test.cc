// SPDX-License-Identifier: Apache-2.0
#include "connectors/looker/stream.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace weir::looker {
namespace {

Field field(const std::string& name, const std::string& type, const std::string& label) {
  Field made;
  made.name = name;
  made.type = type;
  made.label = label;
  made.view = name.substr(0, name.find('.'));
  return made;
}

Field time_frame(const std::string& name, const std::string& type, const std::string& group) {
  auto made = field(name, type, "Created " + name);
  made.dimension_group = group;
  return made;
}

Explore history() {
  Explore explore;
  explore.model = "system__activity";
  explore.name = "history";
  explore.base_view = "history";
  auto id = field("history.id", "number", "History ID");
  id.is_primary_key = true;
  auto secret = field("history.secret", "string", "Secret");
  secret.is_hidden = true;
  auto broken = field("history.broken", "string", "Broken");
  broken.has_error = true;
  auto count = field("history.query_run_count", "count", "Run Count");
  count.category = FieldCategory::Measure;
  explore.fields = {id,
                    time_frame("history.created_date", "date_date", "history.created"),
                    time_frame("history.created_raw", "date_raw", "history.created"),
                    time_frame("history.created_time", "date_time", "history.created"),
                    time_frame("history.created_month", "date_month", "history.created"),
                    field("history.runtime", "number", "History Runtime"),
                    field("history.cache", "yesno", "From Cache (Yes / No)"),
                    field("history.status", "string", "Status"),
                    secret,
                    broken,
                    count,
                    field("user.id", "number", "User ID"),
                    field("user.status", "string", "Status")};
  explore.filter_only = {"history.since"};
  explore.multiplying = {"user"};
  return explore;
}

QueryOptions query(const std::vector<std::string>& fields = {}) {
  QueryOptions options;
  options.model = "system__activity";
  options.explore = "history";
  options.fields = fields;
  return options;
}

Stream described(const QueryOptions& options, ColumnNames names = ColumnNames::Short,
                 Values values = Values::Typed) {
  const auto stream = describe_stream(options, history(), names, values);
  EXPECT_TRUE(stream.ok()) << stream.error().to_string();
  return *stream;
}

std::string problems(const QueryOptions& options) {
  const auto stream = describe_stream(options, history(), ColumnNames::Short, Values::Typed);
  return stream.ok() ? "none" : stream.error().message();
}

TEST(Stream, takes_the_dimensions_of_the_explores_own_view) {
  const auto stream = described(query());
  EXPECT_EQ(join(stream.query.fields),
            "history.id, history.created_time, history.runtime, history.cache, history.status");
  EXPECT_EQ(model::to_string(stream.schema),
            "id integer, created_time timestamp, runtime double, cache boolean, status text");
}

TEST(Stream, takes_the_dimensions_of_chosen_views) {
  auto options = query();
  options.views = {"user"};
  EXPECT_EQ(join(described(options).query.fields), "user.id, user.status");
}

TEST(Stream, names_columns_as_wished) {
  const std::vector<std::string> fields = {"history.status", "user.status", "history.cache"};
  EXPECT_EQ(join(described(query(fields)).schema.names()), "status, user_status, cache");
  EXPECT_EQ(join(described(query(fields), ColumnNames::Full).schema.names()),
            "history.status, user.status, history.cache");
  EXPECT_EQ(join(described(query(fields), ColumnNames::Label).schema.names()),
            "Status, Status_2, From Cache (Yes / No)");
}

TEST(Stream, leaves_values_as_they_were_written) {
  EXPECT_EQ(model::to_string(described(query(), ColumnNames::Short, Values::AsWritten).schema),
            "id json, created_time text, runtime json, cache text, status text");
}

TEST(Stream, takes_a_type_that_is_given) {
  auto options = query({"history.runtime"});
  options.types = {{"history.runtime", "text"}};
  EXPECT_EQ(model::to_string(described(options).schema), "runtime text");
}

TEST(Stream, B_8_says_for_every_wrong_name_what_was_meant) {
  auto options = query({"history.id", "history.craeted_time", "nonsense"});
  options.filters = {{"history.statsu", "complete"}, {"history.since", "7 days"}};
  options.sorts = {"history.runtme desc"};
  EXPECT_EQ(
      problems(options),
      "fields: the explore history has no field 'history.craeted_time', did you mean "
      "'history.created_time'?; fields: the explore history has no field 'nonsense'; filters: the explore "
      "history has no field 'history.statsu', did you mean 'history.status'?; sorts: the explore history has "
      "no field 'history.runtme', did you mean 'history.runtime'?");
}

TEST(Stream, begins_its_order_with_the_time_of_its_partitions) {
  auto options = query({"history.id", "history.created_time"});
  options.partition_field = "history.created_time";
  options.sorts = {"history.id desc"};
  EXPECT_EQ(join(described(options).query.sorts), "history.created_time, history.id desc");
  options.sorts = {"history.created_time asc", "history.id"};
  EXPECT_EQ(join(described(options).query.sorts), "history.created_time asc, history.id");
  options.sorts = {"history.created_time desc"};
  EXPECT_EQ(problems(options), "sorts must begin with history.created_time in ascending order");
}

TEST(Stream, needs_the_time_of_its_partitions_among_its_fields) {
  auto options = query({"history.id"});
  options.partition_field = "history.created_time";
  EXPECT_NE(problems(options).find("must be one of `fields`"), std::string::npos);
  options = query({"history.status"});
  options.partition_field = "history.status";
  EXPECT_NE(problems(options).find("has the type string, which is no time"), std::string::npos);
}

TEST(Stream, is_paged_by_its_numeric_primary_key_when_nothing_speaks_against_it) {
  EXPECT_EQ(described(query()).key.field, "history.id");
  EXPECT_EQ(join(described(query()).query.sorts), "history.id");
  EXPECT_EQ(described(query({"history.status"})).key.kind, PagingKey::Kind::None);
  EXPECT_EQ(described(query({"history.id", "history.query_run_count"})).key.kind, PagingKey::Kind::None);
  auto options = query();
  options.sorts = {"history.runtime"};
  EXPECT_EQ(described(options).key.kind, PagingKey::Kind::None);
}

TEST(Stream, warns_of_views_that_multiply_rows) {
  EXPECT_EQ(join(described(query({"history.id", "user.id"})).warnings),
            "system__activity.history has several rows of user for one of history: rows come once for each "
            "of them");
}

}  // namespace
}  // namespace weir::looker
