// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bigquery/sql_script.h"

#include "base/text.h"

namespace weir::sandbox::bigquery {
namespace {

/// The text between the first two double quotes behind `start`.
std::string quoted_after(const std::string& message, const std::string& start) {
  const std::size_t at = message.find(start);
  if (at == std::string::npos) return {};
  const std::size_t open = message.find('"', at);
  const std::size_t close = message.find('"', open + 1);
  return open == std::string::npos || close == std::string::npos ? ""
                                                                 : message.substr(open + 1, close - open - 1);
}

std::string place_of(const std::string& name, const std::vector<Token>& tokens) {
  for (const Token& token : tokens) {
    if (lower(token.text) == lower(name)) return " " + token.place();
  }
  return {};
}

std::string first_line(std::string message) {
  message.resize(std::min(message.find('\n'), message.size()));
  const std::size_t colon = message.find(" Error: ");
  return colon == std::string::npos ? message : message.substr(colon + std::string_view(" Error: ").size());
}

}  // namespace

Refusal reworded(const Refusal& refusal, const std::vector<Token>& tokens) {
  const std::string& message = refusal.message;
  const auto query_error = [](const std::string& text) { return Refusal{"invalidQuery", text, "query"}; };
  if (refusal.reason != "invalidQuery" || refusal.location == "query") return refusal;
  if (const std::string name = quoted_after(message, "Referenced column \""); !name.empty()) {
    return query_error("Unrecognized name: " + name + place_of(name, tokens));
  }
  if (const std::string name = quoted_after(message, "with name \""); !name.empty()) {
    return query_error("Column " + name + " is not present in the table" + place_of(name, tokens));
  }
  if (const std::string name = quoted_after(message, "at or near \""); !name.empty()) {
    return query_error("Syntax error: Unexpected \"" + name + "\"" + place_of(name, tokens));
  }
  constexpr std::string_view kNull = "NOT NULL constraint failed: ";
  if (const std::size_t at = message.find(kNull); at != std::string::npos) {
    return query_error("Required field " + message.substr(message.find('.', at) + 1) + " cannot be null");
  }
  constexpr std::string_view kConversion = "Could not convert string '";
  if (const std::size_t at = message.find(kConversion); at != std::string::npos) {
    const std::size_t start = at + kConversion.size();
    return query_error("Bad value: " + message.substr(start, message.find('\'', start) - start));
  }
  return query_error(first_line(message));
}

ScriptResult Script::run() {
  while (sql_.peek().kind != Token::Kind::End) {
    if (sql_.take_words({";"})) continue;
    try {
      statement();
    } catch (const Refusal& refusal) {
      throw reworded(refusal, sql_.tokens());
    }
    if (!sql_.is_end()) {
      refuse_at(sql_.peek(), "Syntax error: Expected end of input but got " + sql_.peek().description());
    }
    ++result_.statements;
  }
  if (transaction_ != nullptr) {
    transaction_.reset();  // BigQuery rolls back what a script leaves open
  }
  return result_;
}

void Script::statement() {
  const Token& first = sql_.peek();
  if (first.is("BEGIN") || first.is("COMMIT") || first.is("ROLLBACK")) return transaction();
  if (transaction_ != nullptr || purpose_ == Purpose::Try) return carry_out();
  Change change(catalog_);
  carry_out();
  change.commit();
}

void Script::carry_out() {
  const Token first = sql_.peek();
  const auto run = [this](const char* type, void (Script::*step)()) {
    sql_.take();
    result_.statement_type = type;
    (this->*step)();
  };
  if (first.is("SELECT") || first.is("WITH") || first.is("(")) {
    result_.statement_type = "SELECT";
    const std::string query = sql_.query();
    if (!sql_.is_end()) {
      refuse_at(sql_.peek(), "Syntax error: Expected end of input but got " + sql_.peek().description());
    }
    return keep_(query);
  }
  if (first.is("INSERT")) return run("INSERT", &Script::insert);
  if (first.is("UPDATE")) return run("UPDATE", &Script::update);
  if (first.is("DELETE")) return run("DELETE", &Script::remove);
  if (first.is("TRUNCATE")) return run("TRUNCATE_TABLE", &Script::truncate);
  if (first.is("MERGE")) return run("MERGE", &Script::merge);
  if (first.is("CREATE")) return run("CREATE_TABLE", &Script::create);
  if (first.is("DROP")) return run("DROP_TABLE", &Script::drop);
  if (first.is("ALTER")) return run("ALTER_TABLE", &Script::alter);
  if (first.is("ASSERT")) return run("ASSERT", &Script::assertion);
  for (const std::string_view known : {"DECLARE", "SET", "IF", "LOOP", "WHILE", "FOR", "CALL", "EXECUTE",
                                       "EXPORT", "LOAD", "GRANT", "RAISE"}) {
    if (first.is(known))
      throw Refusal{"notImplemented",
                    "weir-sandbox carries out no " + first.upper + " statements " + first.place(), "query"};
  }
  refuse_at(first, "Syntax error: Unexpected " + first.description());
}

void Script::transaction() {
  const Token word = sql_.take();
  const bool is_named = sql_.take_words({"TRANSACTION"});
  if (!is_named && !sql_.is_end()) {
    throw Refusal{"notImplemented", "weir-sandbox carries out no blocks of statements " + word.place(),
                  "query"};
  }
  result_.statement_type = word.upper + "_TRANSACTION";
  if (purpose_ == Purpose::Try) return;
  if (word.is("BEGIN")) {
    if (transaction_ != nullptr) refuse_at(word, "Transactions cannot be nested");
    transaction_ = std::make_unique<Change>(catalog_);
    return;
  }
  if (transaction_ == nullptr) refuse_at(word, "There is no active transaction to " + lower(word.upper));
  if (word.is("COMMIT")) transaction_->commit();
  transaction_.reset();
}

void Script::refuse_in_transaction(const char* what) {
  if (transaction_ == nullptr) return;
  throw Refusal{"invalidQuery",
                std::string(what) +
                    " is not supported inside of a transaction. Use a temporary table, or do it before.",
                "query"};
}

void Script::assertion() {
  std::string condition = sql_.expression();
  std::string message = "Assertion failed";
  // The message is an alias to expression(): ASSERT cond AS 'text'.
  const std::size_t at = condition.rfind(" AS '");
  if (at != std::string::npos && condition.ends_with('\'')) {
    message = condition.substr(at + 5, condition.size() - at - 6);
    condition.resize(at);
  }
  if (purpose_ == Purpose::Try) return;
  if (catalog_.warehouse().integer("SELECT CAST(coalesce((" + condition + "), false) AS BIGINT)") == 0) {
    throw Refusal{"invalidQuery", message, "query"};
  }
}

void Script::execute(const std::string& sql) {
  if (purpose_ == Purpose::Run) catalog_.warehouse().execute(sql);
}

}  // namespace weir::sandbox::bigquery
