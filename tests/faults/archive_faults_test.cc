// SPDX-License-Identifier: Apache-2.0
// Whatever goes wrong between an archive and its tables, running again leaves each row in its table
// once and the archive in one place.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/faults/archive_drop.h"

namespace weir::faults {
namespace {

using Kind = Fault::Kind;
using Side = Fault::Side;
using support::s3_error_answer;

struct Case {
  const char* name;
  Fault fault;
};

/// Requests of the storage as their first line has them; {} is the bucket.
constexpr const char* kRead = "GET /{}/client/cms";
constexpr const char* kFile = "PUT /{}/processed/good/";
constexpr const char* kRemove = "DELETE /{}/client/";
constexpr const char* kStage = "PUT /{}/staging/";

constexpr std::size_t kSome = 5000;  // fewer bytes than the archive and each table have
constexpr int kAlways = 1000;
constexpr int kLedger = 1;  // PostgreSQL's first COMMIT is that of its ledger

class Faults {
 public:
  explicit Faults(Warehouse (*warehouse)()) : warehouse_(warehouse) {}

  /// Runs into the fault, then again without it.
  void meet_on_storage(Case at) const { meet(at, &Drop::storage); }
  void meet_on_database(const Case& at) const { meet(at, &Drop::database); }
  /// Kills it while the answer to a request that was carried out does not come.
  void kill_waiting_for_storage(const char* request) const { kill_waiting(request, 0, &Drop::storage); }
  void kill_waiting_for_database(const char* statement, int spared = 0) const {
    kill_waiting(statement, spared, &Drop::database);
  }

  void kill_at(const char* point) const {
    SCOPED_TRACE(point);
    Drop drop(warehouse_());
    const auto killed = drop.run({{"WEIR_CRASH_AT", point}});
    ASSERT_EQ(killed.exit_code, 128 + SIGKILL) << killed.output;
    expect_repaired(drop, killed);
  }
  void kill_at_every_point() const {
    for (const auto* point : {"claimed", "extracted", "staged", "published", "recorded", "filed"})
      kill_at(point);
  }

 private:
  void meet(const Case& at, FaultProxy Drop::*way) const {
    SCOPED_TRACE(at.name);
    Drop drop(warehouse_());
    auto& proxy = drop.*way;
    auto fault = at.fault;
    fault.when = fmt::format(fmt::runtime(fault.when), drop.bucket());
    proxy.add(fault);
    const auto first = drop.run();
    EXPECT_GT(proxy.met(), 0) << first.output << proxy.requests();
    proxy.clear();
    expect_repaired(drop, first);
  }
  void kill_waiting(const char* request, int spared, FaultProxy Drop::*way) const {
    SCOPED_TRACE(request);
    Drop drop(warehouse_());
    auto& proxy = drop.*way;
    proxy.add(
        {.kind = Kind::Stall, .when = fmt::format(fmt::runtime(request), drop.bucket()), .spared = spared});
    const auto killed = drop.run_and_kill_at_stall(proxy);
    ASSERT_EQ(killed.exit_code, 128 + SIGKILL) << killed.output << proxy.requests();
    proxy.clear();
    expect_repaired(drop, killed);
  }
  static void expect_repaired(Drop& drop, const Ended& first) {
    drop.expect_archive_is_somewhere();
    const auto again = drop.run();
    EXPECT_EQ(again.exit_code, 0) << first.output << again.output;
    if (!drop.expect_loaded_once()) ADD_FAILURE() << "first: " << first.output << "then: " << again.output;
  }

  Warehouse (*warehouse_)();
};

const Faults kPostgres(postgres_warehouse);
const Faults kRedshift(redshift_warehouse);

TEST(ArchiveFaults, of_the_network_while_the_archive_is_read_cost_nothing) {
  kPostgres.meet_on_storage({"reset", {.kind = Kind::Reset, .when = kRead, .bytes = kSome}});
  kPostgres.meet_on_storage({"closed", {.kind = Kind::Close, .when = kRead, .bytes = kSome}});
  kPostgres.meet_on_storage({"stall", {.kind = Kind::Stall, .when = kRead, .bytes = kSome}});
  kPostgres.meet_on_storage({"refused", {.kind = Kind::Refuse, .times = 2}});
}

TEST(ArchiveFaults, of_the_storage_while_the_archive_is_read_cost_nothing) {
  const auto says = [](int status, const char* code, int times) {
    return Case{
        code, {.kind = Kind::Answer, .when = kRead, .answer = s3_error_answer(status, code), .times = times}};
  };
  kPostgres.meet_on_storage(says(503, "SlowDown", 2));
  kPostgres.meet_on_storage(says(500, "InternalError", 2));
  kPostgres.meet_on_storage(says(400, "ExpiredToken", 1));
  kPostgres.meet_on_storage(says(400, "ExpiredToken", kAlways));
}

TEST(ArchiveFaults, while_the_archive_is_filed_away_leave_it_in_one_place) {
  const auto denied = s3_error_answer(403, "AccessDenied");
  kPostgres.meet_on_storage({"copied, unheard", {.kind = Kind::LoseAnswer, .when = kFile}});
  kPostgres.meet_on_storage({"removed, unheard", {.kind = Kind::LoseAnswer, .when = kRemove}});
  kPostgres.meet_on_storage(
      {"may not be copied", {.kind = Kind::Answer, .when = kFile, .answer = denied, .times = kAlways}});
  kPostgres.meet_on_storage(
      {"may not be removed", {.kind = Kind::Answer, .when = kRemove, .answer = denied, .times = kAlways}});
}

TEST(ArchiveFaults, of_the_way_to_postgres_lose_and_double_nothing) {
  kPostgres.meet_on_database(
      {"reset in a COPY", {.kind = Kind::Reset, .when = "COPY ", .bytes = kSome, .side = Side::Request}});
  kPostgres.meet_on_database({"answer to COPY", {.kind = Kind::LoseAnswer, .when = "COPY ", .spared = 2}});
  kPostgres.meet_on_database(
      {"answer to the COMMIT of a new ledger", {.kind = Kind::LoseAnswer, .when = "COMMIT"}});
  kPostgres.meet_on_database(
      {"answer to COMMIT", {.kind = Kind::LoseAnswer, .when = "COMMIT", .spared = kLedger}});
  kPostgres.meet_on_database(
      {"COMMIT itself", {.kind = Kind::Reset, .when = "COMMIT", .side = Side::Request, .spared = kLedger}});
}

TEST(ArchiveFaults, of_the_way_to_redshift_lose_and_double_nothing) {
  kRedshift.meet_on_database(
      {"reset in a COPY", {.kind = Kind::Reset, .when = "COPY ", .bytes = 20, .side = Side::Request}});
  kRedshift.meet_on_database({"answer to COPY", {.kind = Kind::LoseAnswer, .when = "COPY ", .spared = 2}});
  kRedshift.meet_on_database({"answer to COMMIT", {.kind = Kind::LoseAnswer, .when = "COMMIT"}});
  kRedshift.meet_on_database(
      {"COMMIT itself", {.kind = Kind::Reset, .when = "COMMIT", .side = Side::Request}});
}

TEST(ArchiveFaults, of_a_database_that_falls_silent_lose_and_double_nothing) {
  const Faults postgres([] { return impatient(postgres_warehouse()); });
  postgres.meet_on_database({"in a COPY", {.kind = Kind::Stall, .when = "COPY ", .spared = 2}});
  postgres.meet_on_database({"in the COMMIT", {.kind = Kind::Stall, .when = "COMMIT", .spared = kLedger}});
  const Faults redshift([] { return impatient(redshift_warehouse()); });
  redshift.meet_on_database({"in a COPY", {.kind = Kind::Stall, .when = "COPY ", .spared = 2}});
}

TEST(ArchiveFaults, while_rows_are_staged_for_redshift_lose_and_double_nothing) {
  for (const auto& [status, code] : {std::pair(503, "SlowDown"), std::pair(500, "InternalError")}) {
    kRedshift.meet_on_storage(
        {code, {.kind = Kind::Answer, .when = kStage, .answer = s3_error_answer(status, code), .times = 2}});
  }
  kRedshift.meet_on_storage({"lost answer", {.kind = Kind::LoseAnswer, .when = kStage, .times = 2}});
  kRedshift.meet_on_storage(
      {"reset", {.kind = Kind::Reset, .when = kStage, .bytes = 1000, .side = Side::Request}});
  kRedshift.meet_on_storage({"expired",
                             {.kind = Kind::Answer,
                              .when = kStage,
                              .answer = s3_error_answer(400, "ExpiredToken"),
                              .spared = 1,
                              .times = kAlways}});
}

TEST(ArchiveRequests, look_for_objects_once_to_plan_and_once_for_those_that_are_superseded) {
  Drop drop(postgres_warehouse());
  const auto ended = drop.run();
  ASSERT_EQ(ended.exit_code, 0) << ended.output;
  const auto requests = drop.storage.requests();
  const std::string listing = "prefix=processed%2Fgood";
  int listings = 0;
  for (auto at = requests.find(listing); at != requests.npos; at = requests.find(listing, at + 1)) ++listings;
  EXPECT_EQ(listings, 2) << requests;
}

TEST(ArchiveFaults, killed_at_any_named_point_into_postgres_lose_and_double_nothing) {
  kPostgres.kill_at_every_point();
}

TEST(ArchiveFaults, killed_at_any_named_point_into_redshift_lose_and_double_nothing) {
  kRedshift.kill_at_every_point();
}

TEST(ArchiveFaults, killed_while_an_answer_is_awaited_lose_and_double_nothing) {
  for (const auto* request : {kFile, kRemove}) kPostgres.kill_waiting_for_storage(request);
  kPostgres.kill_waiting_for_database("COPY ", 2);
  kPostgres.kill_waiting_for_database("COMMIT", kLedger);
  kRedshift.kill_waiting_for_database("COPY ", 2);
  kRedshift.kill_waiting_for_database("COMMIT");
}

}  // namespace
}  // namespace weir::faults
