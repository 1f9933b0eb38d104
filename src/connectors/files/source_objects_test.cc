// SPDX-License-Identifier: Apache-2.0
// Objects as partitions: which are offered, what marks them, and where they go.
#include "connectors/files/source_fixture.h"

namespace weir::files {
namespace {

using Outcome = sdk::Settlement::Outcome;

class ObjectSource : public SourceOfPlace {
 protected:
  ObjectSource() {
    options_.path = {"client/"};
    options_.match = "drop-[0-9]+\\.jsonl$";
    options_.after =
        AfterOptions{"processed/good/{{ object.key }}", "processed/bad/{{ object.key }}", {}, {}};
  }
  std::string offers() {
    const auto found = source(options_)->offers();
    if (!found.ok()) return found.error().to_string();
    std::string out;
    for (const auto& offer : *found) {
      out += offer.partition.key;
      if (offer.mark == sdk::Offer::Mark::Good) out += "+";
      if (offer.mark == sdk::Offer::Mark::Bad) out += "-";
      out += " ";
    }
    return out;
  }
  void settle(const std::string& key, Outcome outcome) {
    const auto done = source(options_)->settle({key, std::nullopt}, {outcome, "{\"why\":1}"});
    EXPECT_TRUE(done.ok()) << done.error().to_string();
  }

  FilesSourceOptions options_;
};

TEST_P(ObjectSource, D_2_offers_objects_by_age_and_then_by_key) {
  put("client/drop-9.jsonl", "{}");
  put("client/deep/drop-1.jsonl", "{}");
  put("client/other.txt", "");
  put("elsewhere/drop-3.jsonl", "{}");
  EXPECT_EQ(offers(), "client/drop-9.jsonl client/deep/drop-1.jsonl ");
}

// D-21: one rule, searched in the whole key and tied to its ends only when it says so.
TEST_P(ObjectSource, D_21_searches_the_one_pattern_in_the_whole_key) {
  put("client/x-drop-1.jsonl", R"({"a": 1})");
  put("client/drop-2.jsonl.tmp", "{}");
  EXPECT_EQ(offers(), "client/x-drop-1.jsonl ");
  options_.match = "^client/drop";
  EXPECT_EQ(offers(), "client/drop-2.jsonl.tmp ");
}

TEST_P(ObjectSource, reads_the_object_of_its_partition_alone) {
  put("client/drop-1.jsonl", R"({"a": 1})");
  put("client/drop-2.jsonl", R"({"a": 2})");
  EXPECT_EQ(read(*source(options_), {"client/drop-2.jsonl", std::nullopt}), "0 (a integer)\n2\n");
  EXPECT_NE(read(*source(options_), {"client/drop-3.jsonl", std::nullopt})
                .find("no file matches client/drop-3.jsonl"),
            std::string::npos);
}

TEST_P(ObjectSource, D_5_files_good_and_bad_objects_under_their_own_keys) {
  put("client/drop-1.jsonl", "1");
  put("client/drop-2.jsonl", "2");
  settle("client/drop-1.jsonl", Outcome::Loaded);
  settle("client/drop-2.jsonl", Outcome::Bad);
  const auto expected =
      "client/drop-1.jsonl client/drop-2.jsonl processed/bad/client/drop-2.jsonl "
      "processed/bad/client/drop-2.jsonl.error.json processed/good/client/drop-1.jsonl ";
  EXPECT_EQ(names(), expected);
  EXPECT_EQ(offers(), "client/drop-1.jsonl+ client/drop-2.jsonl- ");
  settle("client/drop-1.jsonl", Outcome::Loaded);
  settle("client/drop-2.jsonl", Outcome::Bad);
  EXPECT_EQ(names(), expected);
}

TEST_P(ObjectSource, D_30_keys_of_marks_derive_from_the_objects_key) {
  options_.path = {""};
  put("drop/from/drop-1.jsonl", "1");
  settle("drop/from/drop-1.jsonl", Outcome::Bad);
  EXPECT_EQ(offers(), "drop/from/drop-1.jsonl- ");
}

TEST_P(ObjectSource, moves_objects_and_takes_up_a_move_that_was_interrupted) {
  options_.after->action = Action::Move;
  put("client/drop-1.jsonl", "1");
  put("processed/good/client/drop-1.jsonl", "1");
  settle("client/drop-1.jsonl", Outcome::Loaded);
  settle("client/drop-1.jsonl", Outcome::Loaded);
  EXPECT_EQ(names(), "processed/good/client/drop-1.jsonl ");
  EXPECT_EQ(offers(), "");
}

// D-28: a bad object can be run again where it lies, and is in one place afterwards.
TEST_P(ObjectSource, D_28_a_bad_object_that_is_loaded_at_last_becomes_good) {
  for (const auto action : {Action::Copy, Action::Move}) {
    options_.after->action = action;
    put("client/drop-1.jsonl", R"({"a": 1})");
    settle("client/drop-1.jsonl", Outcome::Bad);
    EXPECT_EQ(read(*source(options_), {"client/drop-1.jsonl", std::nullopt}), "0 (a integer)\n1\n");
    settle("client/drop-1.jsonl", Outcome::Loaded);
    const std::string stays = action == Action::Copy ? "client/drop-1.jsonl " : "";
    EXPECT_EQ(names(), stays + "processed/good/client/drop-1.jsonl ");
  }
}

TEST_P(ObjectSource, a_mark_does_not_speak_of_an_object_that_was_put_anew) {
  put("client/drop-1.jsonl", "1");
  put("processed/bad/client/drop-1.jsonl", "1");
  EXPECT_EQ(offers(), "client/drop-1.jsonl- ");
  put("client/drop-1.jsonl", "2");
  EXPECT_EQ(offers(), "client/drop-1.jsonl ");
}

TEST_P(ObjectSource, leaves_an_object_alone_that_was_replaced_while_it_was_read) {
  options_.after->action = Action::Move;
  put("client/drop-1.jsonl", "1");
  const auto made = source(options_);
  const auto read = made->inputs({"client/drop-1.jsonl", std::nullopt});
  put("client/drop-1.jsonl", "2");
  const auto done = made->settle({"client/drop-1.jsonl", std::nullopt}, {Outcome::Loaded, "", *read});
  ASSERT_TRUE(done.ok());
  EXPECT_NE(done->front().find("was replaced since it was read"), std::string::npos);
  EXPECT_EQ(names(), "client/drop-1.jsonl ");
}

TEST_P(ObjectSource, superseded_objects_have_a_place_of_their_own_when_asked) {
  put("client/drop-1.jsonl", "1");
  options_.after->superseded = "processed/old/{{ object.name }}";
  settle("client/drop-1.jsonl", Outcome::Superseded);
  EXPECT_EQ(names(), "client/drop-1.jsonl processed/old/drop-1.jsonl ");
  EXPECT_EQ(offers(), "client/drop-1.jsonl+ ");
}

TEST_P(ObjectSource, does_not_offer_what_it_filed_away_itself) {
  options_.path = {""};
  put("drop-1.jsonl", "1");
  settle("drop-1.jsonl", Outcome::Loaded);
  EXPECT_EQ(offers(), "drop-1.jsonl+ ");
}

// X-10, D-22: marks are listed once, and an error is an error, never a missing mark.
TEST_P(ObjectSource, X_10_D_22_a_listing_that_fails_is_no_missing_mark) {
  if (GetParam() == Where::Folder) GTEST_SKIP() << "faults are injected into the bucket";
  put("client/drop-1.jsonl", "1");
  int heads = 0;
  store_->fault = [&](std::string_view operation, const std::string& key) -> std::optional<Error> {
    heads += operation == "head" ? 1 : 0;
    if (!key.starts_with("processed/")) return std::nullopt;
    return Error(ErrorCode::PermissionDenied, "may not be listed");
  };
  EXPECT_NE(offers().find("may not be listed"), std::string::npos);
  EXPECT_EQ(heads, 0);
}

TEST_P(ObjectSource, wants_keys_of_marks_that_differ) {
  options_.after->good = "processed/good.jsonl";
  EXPECT_EQ(make_source(options_, {}, place_).error().message(),
            "`after.good` is the same for all objects; let it hold {{ object.key }} or {{ object.name }}");
}

INSTANTIATE_TEST_SUITE_P(Places, ObjectSource, testing::Values(Where::Folder, Where::Bucket), where_name);

}  // namespace
}  // namespace weir::files
