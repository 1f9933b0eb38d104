// SPDX-License-Identifier: Apache-2.0
// What only BigQuery has: jobs with ids, staging tables, quotas, rows that a load job refuses; and what
// happens when answers are lost and processes die.
#include <gtest/gtest.h>

#include "base/text.h"
#include "connectors/bigquery/testing.h"
#include "tests/conformance/destination_suite.h"

namespace weir::bigquery {
namespace {

using conformance::Row;
using conformance::schema_of;
using conformance::TestRows;
using google::BigQueryField;
using model::WriteMode;

class BigQueryDestination : public testing::Test {
 protected:
  explicit BigQueryDestination(Staging staging = Staging::Upload, const sandbox::Settings& settings = {})
      : dataset_(staging, settings), destination_(dataset_.destination()) {}

  sdk::LoadRequest request(const std::string& load_id) const {
    return {load_id, "usage", conformance::whole(), {target_}};
  }
  static model::LedgerEntry entry(const sdk::LoadRequest& request, std::size_t loaded) {
    model::LedgerEntry entry;
    entry.load_id = request.load_id;
    entry.pipeline = request.pipeline;
    entry.partition = request.partition.key;
    entry.table = request.tables.front().table;
    entry.counts.read = entry.counts.loaded = loaded;
    return entry;
  }
  std::unique_ptr<sdk::Load> begin(const sdk::LoadRequest& wanted, const std::vector<Row>& rows) {
    auto begun = destination_->begin(wanted);
    if (!begun) {
      ADD_FAILURE() << begun.error().to_string();
      return nullptr;
    }
    const TestRows batch(wanted.tables.front().schema, rows);
    const auto written = (*begun)->write(0, batch.view());
    EXPECT_TRUE(written.ok()) << written.error().to_string();
    return *std::move(begun);
  }
  /// "ok" or the code of the error.
  static std::string told(const Result<void>& result) {
    return result.ok() ? "ok" : std::string(name(result.error().code()));
  }
  std::string load(const std::string& load_id, const std::vector<Row>& rows) {
    const auto wanted = request(load_id);
    const auto begun = begin(wanted, rows);
    return told(begun->publish({entry(wanted, rows.size())}));
  }
  std::string stored() {
    return dataset_.rows("SELECT `id`, `word` FROM `sandbox.usage.words` ORDER BY `id`");
  }
  std::string ledger() {
    std::string text;
    const auto entries = destination_->ledger("");
    EXPECT_TRUE(entries.ok()) << entries.error().to_string();
    for (const auto& each : *entries) text += each.load_id + "\n";
    return text;
  }
  std::string staging_tables() {
    std::string text;
    for (const auto& table : split(dataset_.tables(), '\n')) {
      if (table.starts_with("_weir_stage_")) text += table + "\n";
    }
    return text;
  }

  TestDataset dataset_;
  std::unique_ptr<sdk::Destination> destination_;
  sdk::TableTarget target_{.table = "words", .schema = schema_of("id integer, word text")};
};

class BigQueryBucketDestination : public BigQueryDestination {
 protected:
  BigQueryBucketDestination() : BigQueryDestination(Staging::Bucket) {}
};

TEST_F(BigQueryDestination, runs_one_load_job_a_table_however_many_batches_come) {
  const auto wanted = request("1");
  const auto begun = begin(wanted, {{"1", "a"}});
  const TestRows more(target_.schema, {{"2", "b"}});
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(begun->write(0, more.view()).ok());
  ASSERT_EQ(told(begun->publish({entry(wanted, 6)})), "ok");
  EXPECT_EQ(dataset_.count("POST /upload/bigquery"), 1U);
  EXPECT_EQ(dataset_.rows("SELECT COUNT(*) FROM `sandbox.usage.words`"), "6\n");
}

TEST_F(BigQueryBucketDestination, runs_one_load_job_for_all_objects_and_removes_them) {
  DestinationOptions options;
  options.part_size.bytes = 100;
  destination_ = dataset_.destination(options);
  const auto wanted = request("1");
  const auto begun = begin(wanted, {{"1", std::string(90, 'a')}});
  const TestRows more(target_.schema, {{"2", std::string(90, 'b')}});
  ASSERT_TRUE(begun->write(0, more.view()).ok());
  EXPECT_EQ(split(dataset_.keys(), '\n').size(), 3U) << dataset_.keys();
  ASSERT_EQ(told(begun->publish({entry(wanted, 2)})), "ok");
  EXPECT_EQ(dataset_.keys() + staging_tables(), "");
  EXPECT_EQ(dataset_.count("POST /bigquery/v2/projects/sandbox/jobs"), 2U);  // the load and the publication
}

/// The quota of load jobs a table and day holds for staging tables, of which each has one.
class BigQueryQuota : public BigQueryDestination {
 protected:
  BigQueryQuota() : BigQueryDestination(Staging::Upload, {.loads_per_table = 1}) {}
};
TEST_F(BigQueryQuota, does_not_wear_out_by_loading_often) {
  for (int i = 1; i <= 4; ++i) ASSERT_EQ(load(std::to_string(i), {{std::to_string(i), "x"}}), "ok");
  EXPECT_EQ(stored(), "1|x\n2|x\n3|x\n4|x\n");
}

TEST_F(BigQueryDestination, makes_tables_partitioned_clustered_and_typed_as_it_is_wanted) {
  DestinationOptions options;
  options.schema = {{"at", "DATETIME", "NULLABLE", "In UTC."}, {"price", "NUMERIC(10, 2)", "NULLABLE", ""}};
  options.partitioning = PartitioningOptions{"at", PartitionUnit::Day, {}, false};
  options.clustering = {"id"};
  destination_ = dataset_.destination(options);
  target_.schema = schema_of("id integer, at timestamp, price text");
  ASSERT_EQ(load("1", {{"1", "2022-01-24 10:00:00.000000", "12.50"}}), "ok");
  const auto table = google::BigQueryTables(dataset_.client()).find(dataset_.name("words"));
  ASSERT_TRUE(table.ok() && *table);
  EXPECT_EQ((*table)->partitioning->unit + " " + (*table)->partitioning->column, "DAY at");
  EXPECT_EQ(join((*table)->clustering), "id");
  EXPECT_EQ((*table)->fields[1].type + " " + (*table)->fields[1].description, "DATETIME In UTC.");
  EXPECT_EQ(dataset_.rows("SELECT `at`, `price` FROM `sandbox.usage.words`"), "2022-01-24T10:00:00|12.5\n");
}

TEST_F(BigQueryDestination, says_what_columns_are_called) {
  target_.schema = schema_of("id integer, größe text");
  const auto wanted = request("1");
  const auto begun = begin(wanted, {{"1", "x"}});
  EXPECT_EQ(join(begun->warnings()), "column größe of table words is called gr__e in BigQuery");
}

TEST_F(BigQueryDestination, checks_what_may_be_done_and_says_what_is_missing) {
  EXPECT_EQ(told(destination_->check()), "ok");
  dataset_.fault({.match = "/jobs", .status = 403, .reason = "accessDenied"});
  const auto refused = destination_->check();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::PermissionDenied);
  EXPECT_NE(refused.error().message().find("BigQuery Job User on project sandbox"), std::string::npos);
  dataset_.fault({.match = "/datasets/usage", .status = 404, .reason = "notFound"});
  EXPECT_EQ(told(destination_->check()), "not_found");
}

TEST_F(BigQueryDestination, loads_once_when_the_upload_was_done_although_its_answer_was_lost) {
  const auto wanted = request("1");
  const auto begun = begin(wanted, {{"1", "a"}});
  dataset_.fault({.method = "PUT", .match = "/upload", .action = sandbox::FaultAction::Lose});
  ASSERT_EQ(told(begun->publish({entry(wanted, 1)})), "ok");
  EXPECT_EQ(stored(), "1|a\n");
}

TEST_F(BigQueryBucketDestination, loads_once_when_the_load_job_was_begun_although_its_answer_was_lost) {
  const auto wanted = request("1");
  const auto begun = begin(wanted, {{"1", "a"}});
  dataset_.fault({.method = "POST", .match = "/jobs", .action = sandbox::FaultAction::Lose});
  ASSERT_EQ(told(begun->publish({entry(wanted, 1)})), "ok");
  EXPECT_EQ(stored(), "1|a\n");
}

TEST_F(BigQueryDestination, publishes_once_when_the_answer_was_lost) {
  const auto wanted = request("1");
  const auto begun = begin(wanted, {{"1", "a"}});
  ASSERT_EQ(told(begun->prepare()), "ok");
  dataset_.fault({.method = "POST", .match = "/jobs", .action = sandbox::FaultAction::Lose});
  ASSERT_EQ(told(begun->publish({entry(wanted, 1)})), "ok");
  EXPECT_EQ(stored() + ledger(), "1|a\n1\n");
}

TEST_F(BigQueryDestination, waits_out_429_and_503_at_every_call) {
  for (const auto* match : {"/datasets/usage", "/upload", "/jobs", "/queries"}) {
    SCOPED_TRACE(match);
    dataset_.fault({.match = match, .status = 429, .reason = "rateLimitExceeded", .retry_after = 3});
    dataset_.fault({.match = match, .skip = 1, .status = 503, .reason = "backendError"});
    EXPECT_EQ(load(std::string(match).substr(1, 4), {{"1", "a"}}), "ok");
  }
  EXPECT_EQ(stored(), "1|a\n1|a\n1|a\n1|a\n");
}

/// Each request of a load in turn meets the fault, until one load has met none.
class BigQueryFaults : public BigQueryDestination, public testing::WithParamInterface<sandbox::Fault> {};

TEST_P(BigQueryFaults, at_any_call_lose_and_double_nothing) {
  std::string expected;
  for (int call = 0;; ++call) {
    ASSERT_LT(call, 100);
    auto fault = GetParam();
    fault.match = "/bigquery/v2";
    fault.skip = call;
    dataset_.fault(fault);
    const auto id = std::to_string(100 + call);
    ASSERT_EQ(load(id, {{id, "x"}}), "ok") << "at call " << call;
    const bool was_met = dataset_.waiting_faults() == 0;
    dataset_.server().faults().clear();
    expected += id + "|x\n";
    ASSERT_EQ(stored(), expected) << "after call " << call;
    ASSERT_EQ(staging_tables(), "") << "after call " << call;
    if (!was_met) break;
  }
  EXPECT_GT(expected.size(), 60U);  // so many calls there are at least
}

INSTANTIATE_TEST_SUITE_P(Each, BigQueryFaults,
                         testing::Values(sandbox::Fault{.action = sandbox::FaultAction::Lose},
                                         sandbox::Fault{.action = sandbox::FaultAction::Reset},
                                         sandbox::Fault{.action = sandbox::FaultAction::Cut,
                                                        .after_bytes = 5},
                                         sandbox::Fault{.status = 502}),
                         [](const auto& test) { return std::string("fault") + std::to_string(test.index); });

TEST_F(BigQueryDestination, begins_a_job_again_that_broke_in_the_server) {
  dataset_.job_fault(R"({"kind": "load", "times": 2, "reason": "backendError", "message": "Oops."})");
  dataset_.job_fault(
      R"({"kind": "query", "match": "publish", "times": 1, "reason": "internalError", "message": "Oops."})");
  EXPECT_EQ(load("1", {{"1", "a"}}), "ok");
  EXPECT_EQ(stored() + ledger(), "1|a\n1\n");
}

TEST_F(BigQueryDestination, waits_for_a_job_that_takes_its_time) {
  dataset_.job_fault(R"({"kind": "load", "times": 1, "milliseconds": 30})");
  EXPECT_EQ(load("1", {{"1", "a"}}), "ok");
  EXPECT_EQ(stored(), "1|a\n");
}

TEST_F(BigQueryDestination, publishes_nothing_when_a_quota_is_used_up) {
  dataset_.job_fault(
      R"({"kind": "load", "times": 1, "reason": "quotaExceeded", "message": "Quota exceeded."})");
  EXPECT_EQ(load("1", {{"1", "a"}}), "exhausted");
  EXPECT_EQ(staging_tables() + ledger(), "");
}

// What a dead process has left: the object stays alive here, but nobody calls it.
TEST_F(BigQueryDestination, keeps_a_load_from_ever_being_published_whose_process_died_before) {
  const auto wanted = request("1");
  const auto dead = begin(wanted, {{"1", "a"}});
  ASSERT_EQ(told(dead->prepare()), "ok");
  EXPECT_NE(staging_tables(), "");
  EXPECT_EQ(load("2", {{"1", "a"}}), "ok");
  EXPECT_EQ(staging_tables(), "");
  EXPECT_EQ(told(dead->publish({entry(wanted, 1)})), "conflict");
  EXPECT_EQ(stored() + ledger(), "1|a\n2\n");
}

TEST_F(BigQueryDestination, finds_out_that_the_load_of_a_dead_process_was_published) {
  const auto wanted = request("1");
  const auto dead = begin(wanted, {{"1", "a"}});
  ASSERT_EQ(told(dead->prepare()), "ok");
  dataset_.fault({.method = "POST", .match = "/jobs", .action = sandbox::FaultAction::Lose});
  dataset_.fault({.match = "/jobs", .times = 1000});
  EXPECT_EQ(told(dead->publish({entry(wanted, 1)})), "unavailable");
  dataset_.server().faults().clear();
  // Nobody asked the ledger since then, so that the same rows would be loaded again.
  const auto again = destination_->begin(request("2"));
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code(), ErrorCode::Conflict) << again.error().to_string();
  EXPECT_EQ(stored() + ledger() + staging_tables(), "1|a\n1\n");
  EXPECT_EQ(load("3", {{"2", "b"}}), "ok");
}

TEST_F(BigQueryDestination, loads_again_what_was_never_sent) {
  const auto wanted = request("1");
  auto dead = begin(wanted, {{"1", "a"}});
  ASSERT_EQ(told(dead->prepare()), "ok");
  dataset_.fault({.match = "/jobs", .times = 1000});
  EXPECT_EQ(told(dead->publish({entry(wanted, 1)})), "unavailable");
  dead.reset();
  dataset_.server().faults().clear();
  EXPECT_NE(staging_tables(), "");  // it cannot know, so the trace stays
  EXPECT_EQ(load("2", {{"1", "a"}}), "ok");
  EXPECT_EQ(stored() + ledger() + staging_tables(), "1|a\n2\n");
}

TEST_F(BigQueryBucketDestination, removes_the_objects_of_a_load_whose_process_died) {
  const auto dead = begin(request("1"), {{"1", "a"}});
  ASSERT_EQ(told(dead->prepare()), "ok");
  EXPECT_NE(dataset_.keys(), "");
  EXPECT_EQ(load("2", {{"1", "a"}}), "ok");
  EXPECT_EQ(dataset_.keys(), "");
}

TEST_F(BigQueryDestination, publishes_all_tables_of_a_run_or_none) {
  auto wanted = request("1");
  wanted.tables.push_back({.table = "other", .schema = schema_of("id integer")});
  auto begun = destination_->begin(wanted);
  ASSERT_TRUE(begun.ok());
  const TestRows words(target_.schema, {{"1", "a"}});
  const TestRows others(schema_of("id integer"), {{"7"}});
  ASSERT_TRUE((*begun)->write(0, words.view()).ok());
  ASSERT_TRUE((*begun)->write(1, others.view()).ok());
  ASSERT_EQ(told((*begun)->prepare()), "ok");
  // Somebody removes the second one's staging table: its statement fails, and with it the first.
  std::string second = split(staging_tables(), '\n').at(1);
  ASSERT_TRUE(google::BigQueryTables(dataset_.client()).remove(dataset_.name(second)).ok());
  auto entries = std::vector{entry(wanted, 1), entry(wanted, 1)};
  EXPECT_EQ(told((*begun)->publish(entries)), "not_found");
  EXPECT_EQ(stored() + ledger(), "");
}

/// Rows that only the load job finds out about: an array that gets an object.
class BigQueryRefusals : public BigQueryDestination, public testing::WithParamInterface<Staging> {
 protected:
  BigQueryRefusals() : BigQueryDestination(GetParam()) {
    dataset_.create("words", {{"id", "INT64"}, {"tags", "STRING", BigQueryField::Mode::Repeated}});
    target_.schema = schema_of("id integer, tags json");
  }
  std::string ids() { return dataset_.rows("SELECT `id` FROM `sandbox.usage.words` ORDER BY `id`"); }

  const std::vector<Row> rows_ = {
      {"1", R"(["a"])"}, {"2", R"([{"x": 1}])"}, {"3", R"(["b"])"}, {"4", R"([{"y": 2}])"}, {"5", R"([])"}};
};

TEST_P(BigQueryRefusals, are_set_aside_with_their_place_and_reason) {
  const auto wanted = request("1");
  const auto begun = begin(wanted, rows_);
  ASSERT_EQ(told(begun->prepare()), "ok");
  const auto refused = begun->late_refusals();
  ASSERT_EQ(refused.size(), 2U);
  EXPECT_EQ(refused[0].line, 2U);
  EXPECT_EQ(refused[0].bytes, R"({"id":2,"tags":[{"x": 1}]})");
  EXPECT_NE(refused[0].reason.find("tags"), std::string::npos) << refused[0].reason;
  EXPECT_EQ(refused[0].place.substr(0, 5), GetParam() == Staging::Bucket ? "gs://" : "uploa");
  EXPECT_EQ(refused[1].line, 4U);
  ASSERT_EQ(told(begun->publish({entry(wanted, 3)})), "ok");
  EXPECT_EQ(ids(), "1\n3\n5\n");
}

TEST_P(BigQueryRefusals, fail_the_load_and_are_named_when_that_is_wanted) {
  DestinationOptions options;
  options.refused_rows = RefusedRows::Fail;
  destination_ = dataset_.destination(options);
  const auto begun = begin(request("1"), rows_);
  const auto prepared = begun->prepare();
  ASSERT_FALSE(prepared.ok());
  EXPECT_EQ(prepared.error().code(), ErrorCode::DataMismatch);
  EXPECT_NE(prepared.error().message().find("row 2 of "), std::string::npos) << prepared.error().message();
  EXPECT_EQ(ids() + ledger(), "");
}

TEST_P(BigQueryRefusals, always_fail_a_merge) {
  target_.write = WriteMode::Merge;
  target_.key = {"id"};
  EXPECT_EQ(load("1", rows_), "data_mismatch");
  EXPECT_EQ(ids(), "");
}

INSTANTIATE_TEST_SUITE_P(Each, BigQueryRefusals, testing::Values(Staging::Upload, Staging::Bucket),
                         [](const auto& test) {
                           return test.param == Staging::Upload ? "upload" : "bucket";
                         });

/// A dataset outside of the default location, whose jobs are found only where they are.
class BigQueryElsewhere : public testing::Test {};
TEST_F(BigQueryElsewhere, finds_its_jobs) {
  TestDataset dataset(Staging::Upload, {.datasets = {"usage@EU"}});
  const auto destination = dataset.destination();
  EXPECT_TRUE(destination->check().ok());
  const sdk::LoadRequest wanted{
      "1", "usage", conformance::whole(), {{.table = "t", .schema = schema_of("id integer")}}};
  auto begun = destination->begin(wanted);
  ASSERT_TRUE(begun.ok()) << begun.error().to_string();
  const TestRows rows(schema_of("id integer"), {{"1"}});
  ASSERT_TRUE((*begun)->write(0, rows.view()).ok());
  model::LedgerEntry entry;
  entry.load_id = "1";
  const auto published = (*begun)->publish({entry});
  EXPECT_TRUE(published.ok()) << published.error().to_string();
  EXPECT_EQ(dataset.rows("SELECT `id` FROM `sandbox.usage.t`"), "1\n");
}

}  // namespace
}  // namespace weir::bigquery
