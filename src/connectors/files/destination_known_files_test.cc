// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/destination_known_files.h"

#include <gtest/gtest.h>

namespace weir::files {
namespace {

const std::string kDay = "_weir/loads/usage/2022-01-24.json";
const std::string kNextDay = "_weir/loads/usage/2022-01-25.json";
const std::string kFolder = "_weir/loads/usage";

/// "?" when it has to be asked for, "-" when there is none.
std::string known(const KnownFiles& files, const std::string& name, std::uint64_t others = 0) {
  const auto found = files.find(name, others);
  if (!found) return "?";
  return *found ? (*found)->text : "-";
}

TEST(KnownFiles, knows_what_was_read_until_somebody_else_decides) {
  KnownFiles files;
  EXPECT_EQ(known(files, kDay), "?");
  files.learn(files.begin_reading(kDay), kDay, 0, ObjectText{"old", "v1"});
  files.learn(files.begin_reading(kNextDay), kNextDay, 0, std::nullopt);
  EXPECT_EQ(known(files, kDay), "old");
  EXPECT_EQ(known(files, kNextDay), "-");
  EXPECT_EQ(known(files, kDay, 1), "?");
  EXPECT_EQ(files.seen_last(kDay)->version, "v1");
}

TEST(KnownFiles, knows_of_a_listed_folder_what_it_does_not_hold) {
  KnownFiles files;
  files.learn_names(files.begin_reading(kFolder), kFolder, 0, {kDay});
  EXPECT_EQ(known(files, kDay), "?");
  EXPECT_EQ(known(files, kNextDay), "-");
  EXPECT_EQ(known(files, kNextDay, 1), "?");
  EXPECT_EQ(known(files, "_weir/loads/usage2/2022-01-24.json"), "?");
}

TEST(KnownFiles, asks_for_what_a_publication_has_changed) {
  KnownFiles files;
  files.learn_names(files.begin_reading(kFolder), kFolder, 0, {});
  files.learn(files.begin_reading(kDay), kDay, 0, std::nullopt);
  files.distrust({kDay});
  EXPECT_EQ(known(files, kDay), "?");
  files.learn(files.begin_reading(kDay), kDay, 0, ObjectText{"while it is carried out", "v1"});
  EXPECT_EQ(known(files, kDay), "?");
  files.trust({kDay});
  EXPECT_EQ(known(files, kDay), "?");
  EXPECT_EQ(known(files, kNextDay), "-");
  files.learn(files.begin_reading(kDay), kDay, 0, ObjectText{"new", "v2"});
  EXPECT_EQ(known(files, kDay), "new");
}

TEST(KnownFiles, learns_nothing_from_who_read_while_it_changed) {
  KnownFiles files;
  const auto file_before = files.begin_reading(kDay);
  const auto folder_before = files.begin_reading(kFolder);
  files.distrust({kDay});
  const auto file_while = files.begin_reading(kDay);
  const auto folder_while = files.begin_reading(kFolder);
  files.trust({kDay});
  for (const auto reading : {file_before, file_while}) {
    files.learn(reading, kDay, 0, std::nullopt);
    EXPECT_EQ(known(files, kDay), "?");
  }
  for (const auto reading : {folder_before, folder_while}) {
    files.learn_names(reading, kFolder, 0, {});
    EXPECT_EQ(known(files, kDay), "?");
  }
}

TEST(KnownFiles, does_not_take_for_absent_what_is_about_to_come) {
  KnownFiles files;
  files.distrust({kDay});
  files.learn_names(files.begin_reading(kFolder), kFolder, 0, {});
  files.trust({kDay});
  EXPECT_EQ(known(files, kDay), "?");
  EXPECT_EQ(known(files, kNextDay), "-");
}

TEST(KnownFiles, forgets_a_reading_that_came_to_nothing) {
  KnownFiles files;
  const auto reading = files.begin_reading(kDay);
  files.end_reading(reading);
  files.learn(reading, kDay, 0, std::nullopt);
  EXPECT_EQ(known(files, kDay), "?");
}

}  // namespace
}  // namespace weir::files
