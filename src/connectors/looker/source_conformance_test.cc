// SPDX-License-Identifier: Apache-2.0
// The contract of sources, kept by an instance that answers from memory.
#include <fmt/format.h>

#include <mutex>

#include "base/json_text.h"
#include "base/text.h"
#include "connectors/looker/source.h"
#include "tests/conformance/source_suite.h"

namespace weir::conformance {
namespace {

constexpr std::string_view kExplore = R"({"name":"words","view_name":"words","fields":{"dimensions":[
  {"name":"words.id","type":"int","view":"words","primary_key":true},
  {"name":"words.word","type":"string","view":"words"},
  {"name":"words.at","type":"date_time","view":"words"}]}})";

std::string json_of(const SourceRow& row) {
  std::string word = "null";
  if (row.word) {
    word.clear();
    write_json_string(word, *row.word);
  }
  const bool readable = row.readable == SourceRow::Readable::Yes;
  return fmt::format(R"({{"words.id":{},"words.word":{},"words.at":"2000-01-01 10:00:00"}})",
                     readable ? std::to_string(row.id) : "\"none\"", word);
}

/// Answers the calls that a source makes. Rows are kept by day and input.
class MemoryLooker final : public io::HttpClient {
 public:
  Result<io::HttpResponse> send(const io::HttpRequest& request) override {
    const std::lock_guard lock(mutex_);
    if (request.url.ends_with("/login"))
      return io::HttpResponse{200, {}, R"({"access_token":"t","expires_in":3600})"};
    if (request.url.find("/lookml_models?") != std::string::npos)
      return io::HttpResponse{200, {}, R"([{"name":"m","explores":[{"name":"numbers"}]}])"};
    if (gone_) return io::HttpResponse{404, {}, R"({"message":"Not found"})"};
    if (request.url.find("/explores/") != std::string::npos)
      return io::HttpResponse{200, {}, std::string(kExplore)};
    if (request.url.find("/queries/run/") == std::string::npos) return io::HttpResponse{204, {}, ""};
    const auto at = request.body.find("words.at\":\"") + 11;
    return io::HttpResponse{200, {}, "[" + join(rows_of(request.body.substr(at, 10)), ",") + "]"};
  }

  std::vector<std::string> rows_of(const std::string& day) const {
    std::vector<std::string> all;
    for (const auto& [key, rows] : inputs_) {
      if (key.first == day) all.insert(all.end(), rows.begin(), rows.end());
    }
    return all;
  }
  void put(const std::string& day, int number, std::vector<std::string> rows) {
    const std::lock_guard lock(mutex_);
    inputs_[{day, number}] = std::move(rows);
  }
  void remove(const std::string& day, int number) {
    const std::lock_guard lock(mutex_);
    inputs_.erase({day, number});
  }
  void disappear() {
    const std::lock_guard lock(mutex_);
    gone_ = true;
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, int>, std::vector<std::string>> inputs_;
  bool gone_ = false;
};

class LookerSourceUnderTest final : public SourceUnderTest {
 public:
  std::unique_ptr<sdk::Source> open() override {
    looker::QueryOptions query;
    query.model = "m";
    query.explore = "words";
    query.fields = {"words.id", "words.word", "words.at"};
    query.partition_field = "words.at";
    query.limit = looker::kAllRows;
    auto session = [this]() -> Result<std::shared_ptr<looker::Session>> {
      return std::make_shared<looker::Session>(
          looker::Instance{"https://looker.example.com", "id", Secret("secret")},
          looker::World{instance_, clock_, sleeper_}, 4);
    };
    return looker::make_looker_source(session, clock_, {}, {query});
  }

  std::vector<RowPlace> put(const InputPlace& input, const std::vector<SourceRow>& rows) override {
    const auto day = input.partition.key;
    instance_.remove(day, input.number);
    std::uint64_t number = 0;
    std::uint64_t offset = 0;
    for (const auto& before : instance_.rows_of(day)) {
      ++number;
      offset += before.size() + 1;
    }
    std::vector<std::string> texts;
    std::vector<RowPlace> places;
    for (const auto& row : rows) {
      texts.push_back(json_of(row));
      places.push_back({++number, offset, texts.back()});
      offset += texts.back().size() + 1;
    }
    instance_.put(day, input.number, std::move(texts));
    return places;
  }

  void remove(const InputPlace& input) override { instance_.remove(input.partition.key, input.number); }
  void cut_short(const InputPlace&) override {}
  std::string remove_place() override {
    instance_.disappear();
    return "words";
  }

 private:
  MemoryLooker instance_;
  io::ManualClock clock_{parse_timestamp("2026-01-01T00:00:00Z").value()};
  io::RecordingSleeper sleeper_;
};

constexpr const char* kOneInput = "a query is one input, whatever rows it gives";
constexpr const char* kOver =
    "Looker keeps no time of change: a partition that is over is taken to stay as it is";
constexpr const char* kAnswer = "an answer is of one moment, whatever happens meanwhile";

const std::map<std::string, std::string> kDeviations = {
    {"a_partition_without_input_gives_no_inputs",
     "an explore without rows of the partition is asked all the same"},
    {"inputs_stay_the_same_while_nothing_changes", kOneInput},
    {"the_stamp_of_a_changed_input_changes", kOver},
    {"an_input_that_changed_before_it_was_opened_is_a_conflict", kOver},
    {"an_input_that_changes_while_it_is_read_is_a_conflict", kAnswer},
    {"an_input_that_shrinks_while_it_is_read_is_a_conflict", kAnswer},
    {"a_later_input_that_changes_while_the_first_is_read_is_a_conflict", kAnswer},
    {"an_input_that_is_gone_after_it_was_listed_is_missed", kOneInput},
    {"an_input_cut_short_is_a_data_mismatch",
     "an answer that was cut is asked for again: see source_test.cc"},
    {"bytes_read_grow_until_they_reach_the_total",
     "an instance does not say beforehand how much it will send"},
    {"a_bad_row_is_set_aside_with_its_place_and_bytes", kOneInput},
    {"a_row_that_is_refused_later_knows_its_place_and_bytes", kOneInput},
};

INSTANTIATE_TEST_SUITE_P(Looker, SourceSuite,
                         ::testing::Values(SourceCase{"explore",
                                                      [](const std::filesystem::path&) {
                                                        return std::make_unique<LookerSourceUnderTest>();
                                                      },
                                                      "id", "word", kDeviations}),
                         source_case_name);

}  // namespace
}  // namespace weir::conformance
