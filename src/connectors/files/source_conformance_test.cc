// SPDX-License-Identifier: Apache-2.0
// The files source under the suite of all sources, once for each format.
#include <algorithm>
#include <chrono>
#include <fstream>

#include "base/text.h"
#include "connectors/files/source.h"
#include "engine/database.h"
#include "formats/write_compressed.h"
#include "tests/conformance/source_suite.h"

namespace weir::files {
namespace {

namespace fs = std::filesystem;
using conformance::InputPlace;
using conformance::RowPlace;
using conformance::SourceCase;
using conformance::SourceRow;
using conformance::SourceSuite;
using formats::OutputCompression;

constexpr auto kNoEndMark = "plain text has no mark of its end; a cut is a bad row or none";

/// How a format of text writes rows.
struct TextForm {
  std::string head;
  std::string (*line)(const SourceRow& row);  ///< without its line end
};

std::string replaced(std::string_view text, char from, std::string_view to) {
  if (text.find(from) == std::string_view::npos) return std::string(text);
  std::string out;
  for (const char c : text) c == from ? out += to : out += c;
  return out;
}

std::string escaped(const std::string& text) { return replaced(replaced(text, '"', "\\\""), '\n', "\\n"); }

std::string json_line(const SourceRow& row) {
  if (row.readable == SourceRow::Readable::No) return fmt::format(R"({{"id": {}, "word": cut)", row.id);
  return fmt::format(R"({{"id": {}, "word": {}}})", row.id,
                     row.word ? "\"" + escaped(*row.word) + "\"" : "null");
}

std::string csv_line(const SourceRow& row) {
  if (row.readable == SourceRow::Readable::No) return fmt::format("{},\"too\nmany\",fields", row.id);
  if (!row.word) return fmt::format("{},", row.id);
  const bool plain = row.word->find_first_of(",\"\n") == std::string::npos;
  return fmt::format("{},{}", row.id, plain ? *row.word : "\"" + replaced(*row.word, '"', "\"\"") + "\"");
}

std::string access_log_line(const SourceRow& row) {
  if (row.readable == SourceRow::Readable::No) return fmt::format("192.0.2.1 - {} yesterday", row.id);
  return fmt::format(R"(192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 {} "-" "{}")", row.id,
                     row.word ? escaped(*row.word) : "-");
}

std::string compressed(const std::string& text, OutputCompression compression) {
  if (compression == OutputCompression::None) return text;
  WriteBuffer out;
  EXPECT_TRUE(formats::make_compressor(compression)->compress(text, out).ok());
  return std::string(out.view());
}

/// Files `logs/<date>-<number><extension>` of one folder.
class FilesUnderTest : public conformance::SourceUnderTest {
 public:
  FilesUnderTest(fs::path folder, std::string extension)
      : folder_(std::move(folder)), extension_(std::move(extension)) {
    fs::create_directory(folder_ / "logs");
  }

  std::unique_ptr<sdk::Source> open() override {
    FilesSourceOptions options;
    options.path = {"logs/{{ partition.date }}-*" + extension_};
    if (extension_ == ".log") options.format = "access_log";
    auto made = make_source(options, {}, make_local_place(folder_));
    if (made) return *std::move(made);
    ADD_FAILURE() << made.error().to_string();
    return nullptr;
  }

  void remove(const InputPlace& input) override { fs::remove(path(input)); }

  void cut_short(const InputPlace& input) override {
    fs::resize_file(path(input), fs::file_size(path(input)) - 3);
    touch(input);
  }

  std::string remove_place() override {
    fs::remove_all(folder_ / "logs");
    return (folder_ / "logs").string();
  }

 protected:
  fs::path folder() const { return folder_; }
  fs::path path(const InputPlace& input) const {
    return folder_ / "logs" / fmt::format("{}-{}{}", input.partition.key, input.number, extension_);
  }

  /// Writes the file where it is, so that whoever has it open sees the change.
  void overwrite(const InputPlace& input, const std::string& bytes) {
    std::ofstream(path(input), std::ios::binary) << bytes;
    touch(input);
  }

 private:
  /// File systems count time in ticks that two writes may share.
  void touch(const InputPlace& input) {
    fs::last_write_time(path(input), fs::file_time_type(std::chrono::seconds(++changes_)));
  }

  fs::path folder_;
  std::string extension_;
  int changes_ = 0;
};

class TextUnderTest final : public FilesUnderTest {
 public:
  TextUnderTest(fs::path folder, std::string extension, TextForm form, OutputCompression compression)
      : FilesUnderTest(std::move(folder), std::move(extension)),
        form_(std::move(form)),
        compression_(compression) {}

  std::vector<RowPlace> put(const InputPlace& input, const std::vector<SourceRow>& rows) override {
    auto text = form_.head;
    auto line = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    std::vector<RowPlace> places;
    for (const auto& row : rows) {
      const auto& place = places.emplace_back(RowPlace{line, text.size(), form_.line(row)});
      line += static_cast<std::uint64_t>(std::count(place.bytes.begin(), place.bytes.end(), '\n')) + 1;
      text += place.bytes + "\n";
    }
    overwrite(input, compressed(text, compression_));
    return places;
  }

 private:
  TextForm form_;
  OutputCompression compression_;
};

/// Parquet files, which the engine writes. A row's offset is its number.
class ParquetUnderTest final : public FilesUnderTest {
 public:
  explicit ParquetUnderTest(fs::path folder) : FilesUnderTest(std::move(folder), ".parquet") {}

  std::vector<RowPlace> put(const InputPlace& input, const std::vector<SourceRow>& rows) override {
    const auto written = write(rows);
    EXPECT_TRUE(written.ok()) << written.error().to_string();
    std::ifstream file(folder() / "written", std::ios::binary);
    overwrite(input, std::string(std::istreambuf_iterator<char>(file), {}));
    std::vector<RowPlace> places;
    for (std::uint64_t i = 0; i < rows.size(); ++i) places.push_back({0, i, ""});
    return places;
  }

 private:
  Result<void> write(const std::vector<SourceRow>& rows) const {
    model::Batch batch({{{"id", model::Type::Integer}, {"word", model::Type::Text}}});
    for (const auto& row : rows) {
      const auto index = batch.add_row({});
      batch.set_integer(0, index, row.id);
      if (row.word) batch.set_text(1, index, *row.word);
    }
    engine::DatabaseOptions options;
    options.file_access = engine::DatabaseOptions::FileAccess::Allowed;
    const auto database = TRY(engine::Database::open(options));
    auto connection = TRY(database.connect());
    TRY(connection.execute("CREATE TABLE written (id BIGINT, word VARCHAR)"));
    auto appender = TRY(connection.append_to("written"));
    TRY(appender.append(batch.view()));
    TRY(appender.close());
    const auto to = sql_literal((folder() / "written").string());
    return connection.execute("COPY written TO " + to + " (FORMAT parquet, ROW_GROUP_SIZE 2048)");
  }
};

SourceCase text_case(const std::string& name, const std::string& extension, const TextForm& form,
                     OutputCompression compression = OutputCompression::None) {
  SourceCase made;
  made.name = name;
  made.make = [=](const fs::path& folder) {
    return std::make_unique<TextUnderTest>(folder, extension, form, compression);
  };
  if (compression == OutputCompression::None)
    made.deviations["an_input_cut_short_is_a_data_mismatch"] = kNoEndMark;
  return made;
}

SourceCase csv_case() {
  auto made = text_case("Csv", ".csv", {"id,word\n", csv_line});
  made.deviations["a_replay_needs_no_input"] = "the names of the columns stand in the file's first row";
  return made;
}

SourceCase access_log_case() {
  auto made = text_case("AccessLog", ".log", {"", access_log_line});
  made.id_column = "response_bytes";
  made.word_column = "user_agent";
  return made;
}

SourceCase parquet_case() {
  SourceCase made;
  made.name = "Parquet";
  made.make = [](const fs::path& folder) { return std::make_unique<ParquetUnderTest>(folder); };
  for (const auto* test : {"a_bad_row_is_set_aside_with_its_place_and_bytes", "bad_rows_alone_are_set_aside"})
    made.deviations[test] = "a Parquet file holds typed rows; a broken one fails as a whole";
  for (const auto* test :
       {"a_replay_decodes_rows_from_their_bytes", "a_replay_of_some_rows_leaves_the_others_out",
        "a_replay_decodes_corrected_bytes", "a_replay_needs_no_input"})
    made.deviations[test] = "a row of a Parquet file has no bytes of its own; its replay is Unsupported";
  return made;
}

INSTANTIATE_TEST_SUITE_P(
    Files, SourceSuite,
    testing::Values(text_case("Jsonl", ".jsonl", {"", json_line}),
                    text_case("JsonlGzip", ".jsonl.gz", {"", json_line}, OutputCompression::Gzip),
                    text_case("JsonlZstd", ".jsonl.zst", {"", json_line}, OutputCompression::Zstd),
                    csv_case(), access_log_case(), parquet_case()),
    conformance::source_case_name);

}  // namespace
}  // namespace weir::files
