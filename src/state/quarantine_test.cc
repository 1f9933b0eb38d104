// SPDX-License-Identifier: Apache-2.0
#include "state/quarantine.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>
#include <limits>
#include <random>

#include "base/text.h"
#include "state/test_folder.h"

namespace weir::state {
namespace {

const Timestamp kNow = parse_timestamp("2022-01-25T10:02:11.5Z").value();

QuarantinedRow row(std::uint64_t line, std::string bytes = "{", std::string reason = "no JSON") {
  return {"logs/2022-01-24.jsonl", line, line * 100, std::move(reason), std::move(bytes), false, "RUN", kNow};
}

/// Prepares the rows for a load and puts them in place, as when nothing comes in between.
Result<void> save(QuarantineWriter& writer) {
  TRY(writer.prepare("LOAD"));
  return writer.commit();
}

struct Quarantine : testing::Test {
  TestFolder folder;
  QuarantinePlace place{folder.path(), "request_logs", "2022-01-24"};
  std::string path = folder / "quarantine/request_logs/2022-01-24.jsonl";

  void set_aside(const std::vector<QuarantinedRow>& rows) {
    QuarantineWriter writer(place);
    for (const auto& each : rows) ASSERT_TRUE(writer.add(each).ok());
    const auto done = save(writer);
    ASSERT_TRUE(done.ok()) << done.error().to_string();
  }

  std::vector<QuarantinedRow> rows() {
    auto reader = QuarantineReader::open(place);
    EXPECT_TRUE(reader.ok());
    std::vector<QuarantinedRow> all;
    while (true) {
      auto next = reader->next();
      EXPECT_TRUE(next.ok()) << next.error().to_string();
      if (!next || !*next) return all;
      all.push_back(**next);
    }
  }

  std::string lines() {
    std::vector<std::string> all;
    for (const auto& each : rows()) all.push_back(fmt::format("{}", each.line));
    return join(all, " ");
  }
};

TEST_F(Quarantine, a_full_disk_is_told_and_leaves_the_old_rows) {
  set_aside({row(1)});
  EXPECT_EQ(in_child([&] {
              ::signal(SIGXFSZ, SIG_IGN);
              const rlimit limit{64 * 1024, 64 * 1024};
              if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
              QuarantineWriter writer(place);
              for (std::uint64_t i = 0; i < 1000; ++i) {
                const auto added = writer.add(row(i, std::string(1000, 'x')));
                if (added) continue;
                if (added.error().code() != ErrorCode::Exhausted) return 2;
                return save(writer).ok() ? 3 : 0;
              }
              return 4;
            }),
            0);
  EXPECT_EQ(lines(), "1");
  EXPECT_EQ(folder.files(), "quarantine/request_logs/2022-01-24.jsonl") << "no temporary file stays";
}

TEST_F(Quarantine, a_folder_without_write_access_is_named) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become a user without access";
  set_aside({row(1)});
  ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
  EXPECT_EQ(in_child([&] {
              if (::setuid(65534) != 0) return 1;
              QuarantineWriter writer(place);
              if (save(writer).error().code() != ErrorCode::PermissionDenied) return 2;
              QuarantineWriter second(place);
              if (!second.add(row(2)).ok()) return 3;
              const auto done = save(second);
              return !done && done.error().code() == ErrorCode::PermissionDenied ? 0 : 4;
            }),
            0);
  EXPECT_EQ(lines(), "1");
}

TEST_F(Quarantine, a_line_that_is_no_row_is_named) {
  for (const std::string bad : {"nonsense", "[]", "{}", "", R"({"bytes":7})", R"({"bytes_base64":"a"})"}) {
    write_file(path, R"({"bytes":"x"})"
                     "\n" +
                         bad + "\n");
    auto reader = *QuarantineReader::open(place);
    EXPECT_EQ((*reader.next())->bytes, "x");
    const auto second = reader.next();
    ASSERT_FALSE(second.ok()) << bad;
    EXPECT_EQ(second.error().code(), ErrorCode::DataMismatch);
    EXPECT_EQ(
        second.error().message(),
        path +
            ":2: not a quarantined row: expected a JSON object with 'bytes' or 'bytes_base64'; correct or "
            "remove the line");
  }
}

TEST_F(Quarantine, kill_minus_nine_before_the_commit_leaves_the_old_rows) {
  set_aside({row(1)});
  kill_when_ready([&](const auto& ready) {
    QuarantineWriter writer(place);
    for (std::uint64_t i = 0; i < std::numeric_limits<std::uint64_t>::max(); ++i) {
      if (!writer.add(row(i, std::string(1000, 'x'))).ok()) return;
      if (i == 500) ready();
    }
  });
  EXPECT_EQ(lines(), "1");
  set_aside({row(2)});
  EXPECT_EQ(lines(), "2");
  EXPECT_EQ(folder.files(), "quarantine/request_logs/2022-01-24.jsonl") << "what the killed one left is gone";
}

TEST_F(Quarantine, a_dropped_writer_changes_nothing) {
  {
    QuarantineWriter writer(place);
    for (std::uint64_t i = 0; i < 1000; ++i) ASSERT_TRUE(writer.add(row(i, std::string(1000, 'x'))).ok());
    EXPECT_EQ(writer.rows(), 1000U);
  }
  EXPECT_EQ(folder.files(), "");
}

TEST_F(Quarantine, any_bytes_come_back_exactly) {
  std::string every_byte;
  for (int c = 0; c < 256; ++c) every_byte += static_cast<char>(c);
  std::vector<QuarantinedRow> all = {row(1, ""), row(2, every_byte), row(3, {"\0\n\r\"\\\x7F", 6}),
                                     row(4, "é😀\xE2\x80\xA8"), row(5, "\xFF")};
  std::mt19937 random(3);
  for (std::uint64_t i = 6; i < 200; ++i) {
    std::string bytes(random() % 50, ' ');
    for (auto& c : bytes) c = static_cast<char>(i % 2 == 0 ? random() : random() % 128);
    all.push_back(row(i, bytes, "line\nbreak 'x'"));
  }
  all.push_back(row(UINT64_MAX / 200, std::string(1'000'000, 'y')));
  set_aside(all);
  EXPECT_EQ(rows(), all);
}

TEST_F(Quarantine, is_one_json_object_a_line) {
  set_aside({row(7), row(8, "\xFF")});
  EXPECT_EQ(
      read_file(path),
      R"({"input":"logs/2022-01-24.jsonl","line":7,"offset":700,"reason":"no JSON","bytes":"{",)"
      R"("run_id":"RUN","time":"2022-01-25T10:02:11.5Z"})"
      "\n"
      R"({"input":"logs/2022-01-24.jsonl","line":8,"offset":800,"reason":"no JSON","bytes_base64":"/w==",)"
      R"("run_id":"RUN","time":"2022-01-25T10:02:11.5Z"})"
      "\n");
}

TEST_F(Quarantine, a_new_run_replaces_the_rows_and_a_clean_one_removes_them) {
  set_aside({});
  EXPECT_EQ(folder.files(), "") << "nothing is made for nothing";
  set_aside({row(1), row(2)});
  set_aside({row(3)});
  EXPECT_EQ(lines(), "3");
  set_aside({});
  EXPECT_EQ(lines(), "");
  EXPECT_EQ(folder.files(), "");
}

TEST_F(Quarantine, lists_partitions_with_counts_and_reasons) {
  place.partition = "b/../c";
  set_aside({row(1, "x", "timestamp: 'never' is not a timestamp"),
             row(2, "x", "timestamp: 'soon' is not a timestamp"), row(3, "x", "it's broken")});
  place.partition = "a";
  set_aside({row(1)});
  place.pipeline = "other";
  set_aside({row(1)});
  const auto all = *list_quarantine(folder.path(), "");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].pipeline + " " + all[1].partition + " " + all[2].partition, "other a b/../c");
  const auto mine = *list_quarantine(folder.path(), "request_logs");
  ASSERT_EQ(mine.size(), 2U);
  EXPECT_EQ(mine[0].rows, 1U);
  const auto& several = mine[1];
  EXPECT_EQ(several.rows, 3U);
  EXPECT_EQ(several.first_reason, "timestamp: 'never' is not a timestamp");
  EXPECT_EQ(several.reasons, (std::map<std::string, std::uint64_t>{{"timestamp: '…' is not a timestamp", 2},
                                                                   {"it's broken", 1}}));
  EXPECT_TRUE(list_quarantine(folder / "nowhere", "")->empty());
}

TEST_F(Quarantine, names_no_more_than_a_hundred_kinds_of_reasons) {
  std::vector<QuarantinedRow> many;
  for (std::uint64_t i = 0; i < 500; ++i) many.push_back(row(i, "x", fmt::format("reason {}", i)));
  set_aside(many);
  const auto summary = list_quarantine(folder.path(), "")->front();
  EXPECT_EQ(summary.reasons.size(), 100U);
  EXPECT_EQ(summary.reasons.at("other reasons"), 401U);
}

TEST_F(Quarantine, prepared_rows_come_into_force_only_with_their_load) {
  set_aside({row(1)});
  {
    QuarantineWriter writer(place);
    ASSERT_TRUE(writer.add(row(2)).ok());
    ASSERT_TRUE(writer.prepare("SECOND").ok());
  }
  EXPECT_EQ(lines(), "1") << "the load is not published yet";
  ASSERT_TRUE(settle_quarantine(place, "FIRST").ok());
  EXPECT_EQ(lines(), "1") << "the load was never published";
  {
    QuarantineWriter writer(place);
    ASSERT_TRUE(writer.add(row(3)).ok());
    ASSERT_TRUE(writer.prepare("THIRD").ok());
  }
  ASSERT_TRUE(settle_quarantine(place, "THIRD").ok());
  EXPECT_EQ(lines(), "3") << "the load was published, and then the run was killed";
  ASSERT_TRUE(settle_quarantine(place, "THIRD").ok());
  EXPECT_EQ(folder.files(), "quarantine/request_logs/2022-01-24.jsonl");
}

TEST_F(Quarantine, a_load_without_bad_rows_removes_the_old_ones_when_it_is_published) {
  set_aside({row(1)});
  QuarantineWriter writer(place);
  ASSERT_TRUE(writer.prepare("SECOND").ok());
  EXPECT_EQ(lines(), "1");
  ASSERT_TRUE(settle_quarantine(place, "SECOND").ok());
  EXPECT_EQ(folder.files(), "");
}

TEST_F(Quarantine, is_for_its_owner_alone) {
  set_aside({row(1)});
  EXPECT_EQ(mode_of(path), "600");
  EXPECT_EQ(mode_of(folder / "quarantine"), "700");
  EXPECT_EQ(mode_of(folder / "quarantine/request_logs"), "700");
}

TEST_F(Quarantine, a_mark_that_a_person_misspelled_marks_nothing) {
  set_aside({row(1)});
  for (const std::string mark : {"1", "\"yes\"", "null", "{}"}) {
    std::ofstream(path) << "{\"bytes\":\"{\",\"line\":1,\"partial\":" << mark << "}\n";
    ASSERT_EQ(rows().size(), 1U) << mark;
    EXPECT_FALSE(rows().front().partial) << mark;
  }
}

TEST_F(Quarantine, of_an_object_is_listed_by_its_key_however_long_that_is) {
  place.partition = "client/" + std::string(300, 'k') + "/drop.tgz";
  set_aside({row(1), row(2)});
  const auto listed = list_quarantine(folder.path(), "request_logs");
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->size(), 1U);
  EXPECT_EQ(listed->front().partition, place.partition);
  EXPECT_EQ(lines(), "1 2");
}

TEST_F(Quarantine, partial_rows_stay_marked) {
  auto cut = row(1);
  cut.partial = true;
  set_aside({cut});
  EXPECT_EQ(rows(), std::vector<QuarantinedRow>{cut});
}

}  // namespace
}  // namespace weir::state
