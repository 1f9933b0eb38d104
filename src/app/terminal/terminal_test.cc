// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <sstream>

#include "app/terminal/live_block.h"
#include "app/terminal/progress_line.h"
#include "app/terminal/table.h"

namespace weir::terminal {
namespace {

TEST(TextWidth, counts_columns_and_not_bytes) {
  EXPECT_EQ(display_width("weir"), 4U);
  EXPECT_EQ(display_width("Füße"), 4U);
  EXPECT_EQ(display_width("日本"), 4U);
  EXPECT_EQ(display_width("e\xCC\x81"), 1U);
  EXPECT_EQ(display_width("🌊"), 2U);
  EXPECT_EQ(display_width("\xff\xfe"), 2U);
}

TEST(TextWidth, never_cuts_a_character_in_two) {
  EXPECT_EQ(shorten("日本語", 5, "…"), "日本…");
  EXPECT_EQ(shorten("日本語", 4, "…"), "日…");
  EXPECT_EQ(shorten("weir", 4, "…"), "weir");
  EXPECT_EQ(shorten("weir", 2, "..."), "we");
}

TEST(TextWidth, shows_what_could_move_the_cursor) {
  EXPECT_EQ(visible("a\x1b[2Jb\n\xff"), "a\\x1b[2Jb\\n\\xff");
  EXPECT_EQ(visible("\xC2\x9B"
                    "1m"),
            "\\x9b1m");
  EXPECT_EQ(visible("x\u202Ey"), "x\\u202ey");
  EXPECT_EQ(visible("Füße 日本"), "Füße 日本");
}

TEST(TextWidth, keeps_lines_and_tabs_of_a_longer_text) {
  EXPECT_EQ(visible_lines("a\tb\n\x1b[2J", "  "), "a\tb\n  \\x1b[2J");
}

TEST(TextWidth, wraps_at_blanks) {
  EXPECT_EQ(wrap("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("extraordinary", 5), (std::vector<std::string>{"extraordinary"}));
}

Table sample() {
  Table table({{"name", Align::Left, Table::Column::Room::Yield}, {"rows", Align::Right}});
  table.add({"short", "1"});
  table.add({"日本語の長い名前です", "12,345"});
  return table;
}

TEST(Table, aligns_by_what_is_seen) {
  EXPECT_EQ(sample().render({}, 80),
            "name                    rows\n"
            "short                      1\n"
            "日本語の長い名前です  12,345\n");
}

TEST(Table, shows_what_could_move_the_cursor) {
  Table table({{"object"}});
  table.add({Cell("in/\x1b[2J.csv")});
  EXPECT_NE(table.render({}, 80).find("in/\\x1b[2J.csv"), std::string::npos);
}

TEST(Table, never_gets_wider_than_the_screen) {
  for (std::size_t width = 1; width < 40; ++width) {
    std::istringstream lines(sample().render({Colour::Off, Signs::Unicode}, width));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), width) << line;
  }
}

TEST(Table, leaves_columns_out_rather_than_cut_their_values) {
  Table table({{"run"}, {"partition"}, {"note", Align::Left, Table::Column::Room::Yield}});
  table.add({"01HXABCDEF", "2024-05-01", "a long note that can be cut"});
  EXPECT_EQ(table.render({Colour::Off, Signs::Unicode}, 32),
            "run         partition   note\n"
            "01HXABCDEF  2024-05-01  a long …\n");
  EXPECT_EQ(table.render({Colour::Off, Signs::Unicode}, 24),
            "run         partition\n"
            "01HXABCDEF  2024-05-01\n"
            "(1 more; make the windo…\n");
}

TEST(Table, puts_a_note_below_its_row_rather_than_leave_it_out) {
  Table table({{"run"},
               {"pipeline", Align::Left, Table::Column::Room::Yield},
               {"note", Align::Left, Table::Column::Room::Below}});
  table.add({"01HXABCDEF", "requests", "the disk is full; free some and run it again"});
  table.add({"01HXABCDEE", "requests", ""});
  EXPECT_EQ(table.render({Colour::Off, Signs::Unicode}, 50),
            "run         pipeline  note\n"
            "01HXABCDEF  requests  the disk is full; free some…\n"
            "01HXABCDEE  requests\n");
  EXPECT_EQ(table.render({Colour::Off, Signs::Unicode}, 40),
            "run         pipeline\n"
            "01HXABCDEF  requests\n"
            "  the disk is full; free some and run it\n"
            "  again\n"
            "01HXABCDEE  requests\n");
  for (std::size_t width = 1; width < 60; ++width) {
    std::istringstream lines(table.render({Colour::Off, Signs::Unicode}, width));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), width) << line;
  }
}

TEST(Style, colours_only_when_on) {
  EXPECT_EQ(Style().paint(Tone::Bad, "x"), "x");
  EXPECT_EQ(Style(Colour::On, Signs::Ascii).paint(Tone::Bad, "x"), "\x1b[1;31mx\x1b[0m");
}

TEST(Style, fills_a_bar_to_its_width) {
  const Style style(Colour::Off, Signs::Unicode);
  for (const double share : {-1.0, 0.0, 0.01, 0.5, 0.99, 1.0, 7.0})
    EXPECT_EQ(display_width(style.bar(share, 10)), 10U);
  EXPECT_EQ(Style().bar(0.5, 4), "##..");
}

TEST(Progress, fits_every_width_and_tells_the_rest) {
  ProgressState state;
  state.pipeline = "request_logs";
  state.partitions = {"2024-05-01", "2024-05-02"};
  state.partitions_done = 10;
  state.partitions_total = 31;
  state.rows = 1'000'000;
  state.bytes = 500'000'000;
  state.bytes_total = 1'000'000'000;
  state.seconds = 10;
  for (std::size_t width = 20; width < 120; ++width) {
    for (const auto& line : progress_lines(state, Style(Colour::Off, Signs::Unicode), width))
      EXPECT_LE(display_width(line), width) << line;
  }
  EXPECT_EQ(
      progress_lines(state, Style(), 100),
      (std::vector<std::string>{"###############...............  50 %  request_logs 2024-05-01 +1",
                                "10 of 31 partitions, 1,000,000 rows, 100 k rows/s, 50.0 MB/s, 10 s left"}));
}

TEST(Progress, says_that_it_is_stopping) {
  ProgressState state;
  state.ending = ProgressState::Ending::Stopping;
  EXPECT_EQ(progress_lines(state, Style(), 80)[1], "stopping; Ctrl-C again stops at once");
}

TEST(LiveBlock, goes_away_without_a_trace) {
  std::string screen;
  LiveBlock block([&](std::string_view text) { screen += text; });
  block.draw({"one", "two"});
  block.draw({"one", "2"});
  screen.clear();
  block.print_above("kept\n");
  EXPECT_EQ(screen, "\x1b[2A\x1b[Jkept\none\x1b[K\n2\x1b[K\n");
  screen.clear();
  block.erase();
  EXPECT_EQ(screen, "\x1b[2A\x1b[J\x1b[?25h");
}

}  // namespace
}  // namespace weir::terminal
