// SPDX-License-Identifier: Apache-2.0
// For the tests of this folder: an instance that answers from a script, and a source that asks it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/text.h"
#include "connectors/looker/source.h"
#include "model/cell_text.h"
#include "tests/support/fake_http_client.h"

namespace weir::looker {

inline const std::string kApi = "https://looker.example.com/api/4.0";
inline const std::string kRun = kApi + "/queries/run/json?cache=false&force_production=true";

// clang-format off
inline constexpr std::string_view kHistory = R"json({"name":"history","view_name":"history","has_timezone_support":true,
 "fields":{"dimensions":[
  {"name":"history.id","type":"number","label":"History ID","view":"history","primary_key":true},
  {"name":"history.created_time","type":"date_time","label":"History Created Time","view":"history","dimension_group":"history.created"},
  {"name":"history.title","type":"string","label":"History Title","view":"history"},
  {"name":"history.cache","type":"yesno","label":"History Cache (Yes / No)","view":"history"}],
 "measures":[{"name":"history.count","type":"count","label":"History Count","view":"history","measure":true}]}})json";
// clang-format on

/// Rows as text: "1,2024-05-13T04:12:09Z,x,true" a line.
struct Reading {
  std::vector<std::string> rows{};
  std::vector<std::string> rejects{};
  std::vector<std::string> warnings{};
  std::optional<Error> error{};

  std::string text() const { return join(rows, "\n") + (error ? "\n! " + error->message() : ""); }
};

inline Reading read_all(sdk::Extraction& extraction) {
  Reading reading;
  while (true) {
    auto block = extraction.next();
    if (!block.ok()) {
      reading.error = block.error();
      return reading;
    }
    if (*block == nullptr) break;
    const auto& schema = extraction.schema((*block)->stream());
    model::Batch batch(schema);
    std::vector<sdk::Reject> rejects;
    const auto decoded = (*block)->decode(batch, rejects);
    if (!decoded.ok()) reading.error = decoded.error();
    for (const auto& reject : rejects) reading.rejects.push_back(reject.bytes + " ! " + reject.reason);
    const auto view = batch.view();
    for (std::size_t row = 0; row < view.rows; ++row) {
      std::vector<std::string> cells;
      for (const auto& column : view.columns)
        cells.push_back(column.is_null(row) ? "-" : model::cell_text(column, row));
      reading.rows.push_back(join(cells, ","));
    }
  }
  reading.warnings = extraction.warnings();
  return reading;
}

class ScriptedLooker {
 public:
  ScriptedLooker() {
    http.when(kApi + "/login")
        .then({200, {}, R"({"access_token":"t","token_type":"Bearer","expires_in":3600})"});
    http.when(kApi + "/logout").then({204, {}, ""});
    describe("history", kHistory);
    query.model = std::string(kSystemActivity);
    query.explore = "history";
    query.fields = {"history.id", "history.created_time", "history.title"};
  }

  void describe(const std::string& explore, std::string_view json) {
    http.when(kApi + "/lookml_models/system__activity/explores/" + explore +
              "?fields=id%2Cname%2Clabel%2Cview_name%2Chas_timezone_support%2Cjoins%2Cfields")
        .then({200, {}, std::string(json)});
  }
  support::FakeHttpClient::Script& answers() { return http.when(kRun); }
  void answer(const std::string& body) { answers().then({200, {}, body}); }

  std::unique_ptr<sdk::Source> source() {
    auto open = [this]() -> Result<std::shared_ptr<Session>> {
      return std::make_shared<Session>(Instance{"https://looker.example.com", "id", Secret("secret")},
                                       World{http, clock, sleeper}, 2);
    };
    return make_looker_source(open, clock, options, {query});
  }
  Reading read(const model::Partition& partition) {
    const auto made = source();
    auto extraction = made->open(partition, {});
    if (!extraction.ok()) return {{}, {}, {}, extraction.error()};
    return read_all(**extraction);
  }
  /// A member of every query that was asked, as JSON, a line each.
  std::string asked(const std::string& member) const {
    std::vector<std::string> all;
    for (const auto& request : http.requests()) {
      if (request.url != kRun) continue;
      const auto value = request.body.substr(request.body.find("\"" + member + "\":") + member.size() + 3);
      all.push_back(value.substr(0, value.starts_with('{') ? value.find('}') + 1 : value.find(',')));
    }
    return join(all, "\n");
  }

  support::FakeHttpClient http;
  io::ManualClock clock{*parse_timestamp("2024-05-14T10:00:00")};
  io::RecordingSleeper sleeper;
  SourceOptions options;
  QueryOptions query;
};

inline model::Partition day(const std::string& date) {
  return model::partition_of(model::Every::Day, *parse_timestamp(date));
}

}  // namespace weir::looker
