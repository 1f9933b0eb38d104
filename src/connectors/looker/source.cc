// SPDX-License-Identifier: Apache-2.0
#include "connectors/looker/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>

#include "connectors/looker/extraction.h"
#include "connectors/looker/row_blocks.h"
#include "connectors/looker/slice.h"

namespace weir::looker {
namespace {

using StreamPointer = std::shared_ptr<const Stream>;
using StreamPointers = std::vector<StreamPointer>;
using FactsList = std::vector<std::shared_ptr<const StreamFacts>>;

/// How long Looker keeps the runs of queries, and what it measured of them.
constexpr std::chrono::days kHistoryKept(90);
constexpr std::array<std::string_view, 3> kOfRuns = {"history", "query_metrics", "dashboard_performance"};

/// Whether the rows, which are told apart by their time, are removed in the end. They are when the explore is
/// about runs, and when an explore that only joins them is asked by the time of a run.
bool forgets(const QueryOptions& query) {
  if (query.model != kSystemActivity || query.partition_field.empty()) return false;
  const auto view = std::string_view(query.partition_field).substr(0, query.partition_field.find('.'));
  return std::any_of(kOfRuns.begin(), kOfRuns.end(),
                     [&](auto name) { return name == query.explore || name == view; });
}

/// The value of a field in the only row.
class OneValue final : public RowSink {
 public:
  explicit OneValue(const std::string& field) : quoted_name_("\"" + field + "\"") {}

  Result<void> row(std::string_view json) override {
    std::size_t hint = 0;
    auto value = field_of(json, quoted_name_, hint);
    if (value.size() > 2 && value.front() == '"') time_ = parse_timestamp(value.substr(1, value.size() - 2));
    return {};
  }
  std::optional<Timestamp> time() const { return time_; }

 private:
  std::string quoted_name_;
  std::optional<Timestamp> time_;
};

class LookerSource final : public sdk::Source {
 public:
  LookerSource(OpenSession open_session, const io::Clock& clock, const SourceOptions& options,
               std::vector<QueryOptions> queries)
      : open_session_(std::move(open_session)),
        clock_(clock),
        names_(options.names),
        values_(options.values),
        run_{options.run, options.task_timeout.value},
        queries_(std::move(queries)),
        is_partitioned_(std::any_of(queries_.begin(), queries_.end(),
                                    [](const auto& query) { return !query.partition_field.empty(); })) {}

  Result<void> check() override {
    TRY(streams());
    return {};
  }

  /// What an input is known by. Looker keeps no time of change for rows: a partition that is over is taken to
  /// stay as it is, and a whole explore without partitions to change always.
  Result<std::vector<sdk::InputStamp>> inputs(const model::Partition& partition) override {
    TRY(streams());
    const auto now = clock_.now();
    const bool over = partition.window && now >= partition.window->end;
    std::vector<sdk::InputStamp> stamps;
    for (const auto& query : queries_)
      stamps.push_back({input_name(query, partition), 0, over ? "over" : "until " + to_string(now)});
    return stamps;
  }

  Result<std::unique_ptr<sdk::Extraction>> open(const model::Partition& partition,
                                                const std::vector<sdk::InputStamp>&) override {
    const auto described = TRY(streams());
    std::vector<FetchTask> tasks;
    for (const auto& stream : described) tasks.push_back({stream, slices_of(*stream, partition)});
    return extract(TRY(session()), run_, std::move(tasks), facts_list(described, partition), late(partition));
  }

  Result<std::unique_ptr<sdk::Extraction>> replay(const model::Partition& partition,
                                                  const std::vector<sdk::Reject>& rows) override {
    return extract_again(facts_list(TRY(streams()), partition), rows);
  }

  bool partitions_inputs() const override { return is_partitioned_; }

  std::optional<std::chrono::days> retention() const override {
    const bool any = std::any_of(queries_.begin(), queries_.end(), forgets);
    return any ? std::optional(kHistoryKept) : std::nullopt;
  }

  Result<std::optional<Timestamp>> earliest() override {
    std::optional<Timestamp> first;
    const auto described = TRY(streams());
    const auto session = TRY(this->session());
    for (const auto& stream : described) {
      if (stream->partition_field.empty()) continue;
      auto query = stream->query;
      query.fields = {stream->partition_field};
      query.sorts = query.fields;
      query.filters[stream->partition_field] = "NOT NULL";
      query.limit = 1;
      OneValue value(stream->partition_field);
      const auto place = session->limit().enter();
      TRY(run_query(*session, query, run_, value).within("looking for the first row of " + stream->input));
      if (value.time() && (!first || *value.time() < *first)) first = value.time();
    }
    return first;
  }

 private:
  /// What to say of a window whose rows the instance is removing, or has begun to.
  std::vector<std::string> late(const model::Partition& partition) const {
    std::vector<std::string> warnings;
    if (!partition.window || partition.window->start == model::kBeginning) return warnings;
    const auto age = std::chrono::microseconds(clock_.now().micros - partition.window->start.micros);
    if (age < kHistoryKept - kHistoryKept / 9) return warnings;
    for (const auto& query : queries_) {
      if (!forgets(query)) continue;
      warnings.push_back(
          fmt::format("{}.{}: Looker removes rows after {} days, and this partition begins {} days ago: "
                      "some may be gone; run more often",
                      query.model, query.explore, kHistoryKept.count(),
                      std::chrono::duration_cast<std::chrono::days>(age).count()));
    }
    return warnings;
  }

  /// Of different partitions, so that a partition is known to have its rows for itself.
  std::string input_name(const QueryOptions& query, const model::Partition& partition) const {
    const auto name = query.model + "." + query.explore;
    return is_partitioned_ ? name + " " + partition.key : name;
  }

  Result<std::shared_ptr<Session>> session() {
    const std::lock_guard lock(session_mutex_);
    if (!session_) session_ = TRY(open_session_());
    return session_;
  }

  /// What the instance says of the explores is asked for once.
  Result<StreamPointers> streams() {
    const std::lock_guard lock(mutex_);
    if (!streams_.empty()) return streams_;
    const auto session = TRY(this->session());
    std::map<std::pair<std::string, std::string>, Explore> explores;
    StreamPointers described;
    for (const auto& query : queries_) {
      const std::pair key(query.model, query.explore);
      auto found = explores.find(key);
      if (found == explores.end())
        found = explores.emplace(key, TRY(read_explore(*session, query.model, query.explore))).first;
      described.push_back(
          std::make_shared<const Stream>(TRY(describe_stream(query, found->second, names_, values_))));
    }
    streams_ = described;
    return described;
  }

  FactsList facts_list(const StreamPointers& described, const model::Partition& partition) const {
    FactsList list;
    for (const auto& stream : described)
      list.push_back(
          facts_of(list.size(), *stream, input_name(queries_[list.size()], partition), clock_.now()));
    return list;
  }

  OpenSession open_session_;
  const io::Clock& clock_;
  ColumnNames names_;
  Values values_;
  RunOptions run_;
  std::vector<QueryOptions> queries_;
  bool is_partitioned_;
  std::mutex session_mutex_;          // guards what follows
  std::shared_ptr<Session> session_;  // shared with extractions; null: not needed yet
  std::mutex mutex_;                  // guards what follows
  StreamPointers streams_;            // shared with extractions
};

}  // namespace

std::unique_ptr<sdk::Source> make_looker_source(OpenSession open_session, const io::Clock& clock,
                                                const SourceOptions& options,
                                                std::vector<QueryOptions> queries) {
  return std::make_unique<LookerSource>(std::move(open_session), clock, options, std::move(queries));
}

}  // namespace weir::looker
