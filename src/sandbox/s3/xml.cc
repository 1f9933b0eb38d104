// SPDX-License-Identifier: Apache-2.0
#include "sandbox/s3/xml.h"

#include <fmt/format.h>

namespace weir::sandbox::s3 {
namespace {

/// Characters below the blank are no XML; S3 writes them as references all the same.
std::string escaped(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == '&') {
      text += "&amp;";
    } else if (c == '<') {
      text += "&lt;";
    } else if (c == '>') {
      text += "&gt;";
    } else if (c == '"') {
      text += "&quot;";
    } else if (static_cast<unsigned char>(c) < ' ' && c != '\n') {
      text += fmt::format("&#x{:x};", static_cast<unsigned char>(c));
    } else {
      text += c;
    }
  }
  return text;
}

std::string element(std::string_view name, std::string_view value) {
  return fmt::format("<{0}>{1}</{0}>", name, escaped(value));
}

}  // namespace

const std::string_view kXmlProlog = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

Xml::Xml(std::string_view root) : root_(root), text_(kXmlProlog) {
  text_ += fmt::format("<{} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">", root);
}

void Xml::text(std::string_view name, std::string_view value) { text_ += element(name, value); }

void Xml::open(std::string_view name) { text_ += fmt::format("<{}>", name); }

void Xml::close(std::string_view name) { text_ += fmt::format("</{}>", name); }

Answer Xml::answer() && {
  close(root_);
  return {.content_type = "application/xml", .body = std::move(text_)};
}

std::string error_text(const Refusal& refusal, const std::string& request_id) {
  std::string text(kXmlProlog);
  text += "<Error>" + element("Code", refusal.code) + element("Message", refusal.message);
  for (const auto& [name, value] : refusal.details) text += element(name, value);
  return text + element("RequestId", request_id) + element("HostId", "weir-sandbox") + "</Error>";
}

}  // namespace weir::sandbox::s3
