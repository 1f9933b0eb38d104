// SPDX-License-Identifier: Apache-2.0
#include "tools/sample/traffic.h"

#include <array>
#include <span>

namespace weir::sample {
namespace {

using Texts = std::span<const std::string_view>;

// Most wanted first: popularity falls with the place in this list.
constexpr std::array<std::string_view, 36> kTables = {"/pudl/fuel_receipts_costs_eia923",
                                                      "/pudl/plants_entity_eia",
                                                      "/ferc1/f1_steam",
                                                      "/pudl/generators_eia860",
                                                      "/pudl/utilities_eia860",
                                                      "/pudl/plants_eia860",
                                                      "/ferc1/f1_fuel",
                                                      "/pudl/generation_eia923",
                                                      "/pudl/boiler_fuel_eia923",
                                                      "/pudl/ownership_eia860",
                                                      "/ferc1/f1_respondent_id",
                                                      "/pudl/plants_steam_ferc1",
                                                      "/pudl/coalmine_eia923",
                                                      "/pudl/utilities_pudl",
                                                      "/pudl/plants_pudl",
                                                      "/pudl/fuel_ferc1",
                                                      "/pudl/generation_fuel_eia923",
                                                      "/ferc1/f1_gnrt_plant",
                                                      "/pudl/boiler_generator_assn_eia860",
                                                      "/ferc1/f1_hydro",
                                                      "/pudl/plant_in_service_ferc1",
                                                      "/pudl/purchased_power_ferc1",
                                                      "/ferc1/f1_pumped_storage",
                                                      "/pudl/plants_hydro_ferc1",
                                                      "/pudl/plants_small_ferc1",
                                                      "/ferc1/f1_plant_in_srvce",
                                                      "/pudl/energy_sources_eia",
                                                      "/pudl/prime_movers_eia",
                                                      "/ferc1/f1_purchased_pwr",
                                                      "/pudl/demand_hourly_pa_ferc714",
                                                      "/pudl/respondent_id_ferc714",
                                                      "/ferc1/f1_elctrc_oper_mnt",
                                                      "/pudl/service_territory_eia861",
                                                      "/pudl/sales_eia861",
                                                      "/ferc1/f1_income_stmnt",
                                                      "/pudl/net_metering_eia861"};
constexpr std::array<std::string_view, 10> kHtmlQueries = {
    "",
    "",
    "",
    "?_sort=plant_id_eia",
    "?_sort_desc=report_date&_facet=fuel_type_code_pudl",
    "?_next=100",
    "?state=CO&report_date__gte=2019-01-01",
    "?_search=solar&_size=max",
    "?utility_id_eia=15466&_facet=state",
    "?_filter_column=plant_name_eia&_filter_op=contains&_filter_value=Comanche&_sort=report_date"};
constexpr std::array<std::string_view, 6> kJsonQueries = {".json",
                                                          ".json?_shape=array",
                                                          ".json?_size=max",
                                                          ".json?_size=5",
                                                          ".json?_shape=objects&_labels=on&_size=100",
                                                          ".json?_shape=array&report_year=2022&_size=1000"};
constexpr std::array<std::string_view, 4> kCsvQueries = {".csv?_size=max", ".csv?_stream=on", ".csv",
                                                         ".csv?_stream=on&_dl=1&state__exact=TX"};
constexpr std::array<std::string_view, 6> kSql = {
    "/pudl?sql=select+*+from+plants_eia860+where+state+%3D+%27CO%27",
    "/pudl?sql=select+report_date%2C+sum%28net_generation_mwh%29+from+generation_eia923+group+by+1+order+by+"
    "1",
    "/pudl.json?sql=select+count%28*%29+from+generators_eia860&_shape=arrayfirst",
    "/ferc1?sql=select+*+from+f1_steam+where+report_year%3D2020+limit+101",
    "/pudl?sql=select+plant_name_eia+from+plants_entity_eia+where+city+%3D+%27Ca%C3%B1on+City%27",
    "/ferc1.csv?sql=select+respondent_id%2C+respondent_name+from+f1_respondent_id&_size=max"};
constexpr std::array<std::string_view, 7> kPages = {"/",      "/",           "/",           "/pudl",
                                                    "/ferc1", "/-/metadata", "/-/databases"};
constexpr std::array<std::string_view, 8> kAssets = {"/-/static/app.css?d59929",
                                                     "/-/static/table.js",
                                                     "/favicon.ico",
                                                     "/static/logo.svg",
                                                     "/-/static/sql-formatter-2.3.3.min.js",
                                                     "/-/static/codemirror-5.57.0.min.js",
                                                     "/static/fonts/inter-regular.woff2",
                                                     "/-/static-plugins/cluster_map/app.js?v=0.17.2"};
constexpr std::array<std::string_view, 9> kProbes = {"/wp-login.php",
                                                     "/.env",
                                                     "/.git/config",
                                                     "/xmlrpc.php?rsd",
                                                     "/phpmyadmin/index.php",
                                                     "/boaform/admin/formLogin",
                                                     "/cgi-bin/luci/;stok=/locale",
                                                     "/actuator/health",
                                                     "/pudl/fuel_receipts_costs_eia923.json?_where=1%3D1--"};
constexpr std::array<std::string_view, 7> kReferers = {"https://data.example.org/",
                                                       "https://data.example.org/pudl",
                                                       "https://data.example.org/ferc1",
                                                       "https://docs.example.org/en/latest/data_access.html",
                                                       "https://www.google.com/",
                                                       "https://github.com/",
                                                       "https://de.wikipedia.org/wiki/Öffentliche_Daten"};

void append(std::string& url, std::string_view text) { url.append(text.data(), text.size()); }

// Long answers take longer; the low bits of a fresh number spread both.
void answer(Random& random, Request& request, int small, int large) {
  request.response_size = random.between(small, large);
  request.latency_micros = 1500 + random.between(0, 60'000) + request.response_size / 20;
}

void fail_some(Random& random, Request& request) {
  const auto roll = random.below(1000);
  if (roll >= 42) return;
  if (roll < 14) {
    request.status = 404;
    answer(random, request, 900, 2400);
  } else if (roll < 24) {
    request.status = 400;
    answer(random, request, 1200, 3000);
  } else if (roll < 34) {
    request.status = 302;
    answer(random, request, 200, 420);
  } else if (roll < 37) {
    request.status = 429;
    answer(random, request, 14, 40);
  } else if (roll < 40) {
    request.status = 500;
    answer(random, request, 1000, 2000);
  } else {
    request.status = 503;
    request.response_size = -1;
    request.latency_micros = 30'000'000 + random.between(0, 900'000);
  }
}

}  // namespace

Traffic::Traffic(std::size_t visitors, std::uint64_t seed)
    : visitors_(visitors, seed), tables_(zipf_weights(kTables.size(), 2)) {}

void Traffic::ask_table(Random& random, Request& request) const {
  // Half of a visitor's requests go to the tables that are his own favourites.
  std::size_t table = tables_.draw(random);
  if (random.per_mille(500)) table = (table + request.visitor->interest % 5) % kTables.size();
  append(request.url, kTables[table]);
  const auto form = random.below(100);
  const bool script = request.visitor->kind == VisitorKind::Script;
  if (form < (script ? 65U : 15U)) {
    append(request.url, random.pick(Texts(kJsonQueries)));
    answer(random, request, 600, 240'000);
  } else if (form < (script ? 95U : 28U)) {
    append(request.url, random.pick(Texts(kCsvQueries)));
    answer(random, request, 4'000, 4'000'000);
  } else {
    append(request.url, random.pick(Texts(kHtmlQueries)));
    answer(random, request, 18'000, 260'000);
  }
}

void Traffic::ask(Random& random, Request& request) const {
  const auto roll = random.below(1000);
  if (request.visitor->kind == VisitorKind::Scanner) {
    append(request.url, random.pick(Texts(kProbes)));
    request.status = random.per_mille(900) ? 404 : 403;
    answer(random, request, 200, 1800);
    return;
  }
  if (request.visitor->kind == VisitorKind::Crawler && roll < 60) {
    append(request.url, "/robots.txt");
    answer(random, request, 120, 121);
  } else if (roll < (request.visitor->kind == VisitorKind::Person ? 240U : 30U)) {
    append(request.url, random.pick(Texts(kAssets)));
    answer(random, request, 900, 60'000);
    if (random.per_mille(450)) {
      request.status = 304;
      request.response_size = 0;
    }
  } else if (roll < 340) {
    append(request.url, random.pick(Texts(kPages)));
    answer(random, request, 9'000, 24'000);
  } else if (roll < 400) {
    append(request.url, random.pick(Texts(kSql)));
    answer(random, request, 2'000, 180'000);
  } else if (roll < 404) {
    append(request.url, random.per_mille(700) ? "/pudl.db" : "/ferc1.db");
    answer(random, request, 620'000'000, 880'000'000);
  } else {
    ask_table(random, request);
  }
  if (request.status == 200) fail_some(random, request);
}

void Traffic::next(Random& random, Request& request) const {
  request.visitor = &visitors_.draw(random);
  request.received_after_micros = random.between(4'000, 420'000);
  request.status = 200;
  request.url.assign("https://data.example.org");
  ask(random, request);
  request.method = random.per_mille(15) ? "HEAD" : random.per_mille(6) ? "POST" : "GET";
  request.request_size = random.between(180, 1400);
  const auto with_referer = request.visitor->kind == VisitorKind::Person ? 640U : 12U;
  request.referer = random.per_mille(with_referer) ? random.pick(Texts(kReferers)) : std::string_view();
}

}  // namespace weir::sample
