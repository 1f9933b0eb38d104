// SPDX-License-Identifier: Apache-2.0
#include "execution/offers.h"

#include <gtest/gtest.h>

namespace weir::execution {
namespace {

using Mark = sdk::Offer::Mark;
using Take = PartitionRule::Take;

constexpr std::int64_t kDay = 86'400'000'000;

sdk::Offer offer(const std::string& key, int day, Mark mark = Mark::None) {
  return {{key, std::nullopt}, {key, 1, "v1"}, {day * kDay}, mark};
}

model::LedgerEntry loaded(const sdk::Offer& of) {
  model::LedgerEntry entry;
  entry.partition = of.partition.key;
  entry.cursor = offer_cursor(of);
  return entry;
}

std::string keys(const std::vector<sdk::Offer>& offers) {
  std::string all;
  for (const auto& each : offers) all += (all.empty() ? "" : " ") + each.partition.key;
  return all;
}

TEST(ChooseOffers, takes_everything_that_nobody_dealt_with) {
  const auto choice = choose_offers({offer("a", 1), offer("b", 2)}, {}, Take::All);
  EXPECT_EQ(keys(choice.load), "a b");
}

TEST(ChooseOffers, leaves_out_what_was_marked_before_weir) {
  const auto choice =
      choose_offers({offer("a", 1, Mark::Good), offer("b", 2, Mark::Bad), offer("c", 3)}, {}, Take::All);
  EXPECT_EQ(keys(choice.load), "c");
  EXPECT_EQ(keys(choice.bad), "b");
}

TEST(ChooseOffers, lets_a_loaded_object_be_confirmed_so_that_it_is_filed_away) {
  const auto a = offer("a", 1);
  EXPECT_EQ(keys(choose_offers({a}, {loaded(a)}, Take::All).load), "a");
}

TEST(ChooseOffers, of_the_newest_loads_one_and_supersedes_the_rest) {
  const auto choice = choose_offers({offer("a", 1), offer("b", 2), offer("c", 3)}, {}, Take::Newest);
  EXPECT_EQ(keys(choice.load), "c");
  EXPECT_EQ(keys(choice.superseded), "a b");
}

TEST(ChooseOffers, D_1_never_loads_an_older_object_over_a_newer_one) {
  const auto newest = offer("c", 3);
  const auto choice = choose_offers({offer("a", 1), offer("b", 2)}, {loaded(newest)}, Take::Newest);
  EXPECT_EQ(keys(choice.load), "");
  EXPECT_EQ(keys(choice.superseded), "a b");
}

TEST(ChooseOffers, of_the_newest_passes_over_a_bad_one_to_the_newest_good_one) {
  const auto choice = choose_offers({offer("a", 1), offer("b", 2), offer("c", 3, Mark::Bad)},
                                    {loaded(offer("a", 1))}, Take::Newest);
  EXPECT_EQ(keys(choice.load), "b");
  EXPECT_EQ(keys(choice.bad), "c");
}

TEST(ChooseOffers, orders_objects_of_the_same_second_by_their_key) {
  const auto choice = choose_offers({offer("a", 1), offer("b", 1)}, {loaded(offer("b", 1))}, Take::Newest);
  EXPECT_EQ(keys(choice.load), "b");
  EXPECT_EQ(keys(choice.superseded), "a");
}

}  // namespace
}  // namespace weir::execution
