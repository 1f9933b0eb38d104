// SPDX-License-Identifier: Apache-2.0
#include "io/http_client.h"

#include <algorithm>

#include "base/text.h"

namespace weir::io {

std::optional<std::string_view> HttpResponse::header(std::string_view name) const {
  const std::string wanted = lower(name);
  for (const HttpHeader& header : headers) {
    if (lower(header.name) == wanted) return header.value;
  }
  return std::nullopt;
}

Result<HttpResponse> HttpClient::receive(const HttpRequest& request, BodySink& sink) {
  HttpResponse response = TRY(send(request));
  if (response.status != 200) return response;
  TRY(sink.take(response.body));
  response.body.clear();
  return response;
}

bool is_repeatable(const HttpRequest& request) {
  return request.repeat == Repeat::Always || request.method == "GET" || request.method == "HEAD" ||
         request.method == "PUT" || request.method == "DELETE";
}

std::string host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  std::string_view rest = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t user = rest.rfind('@');
  return std::string(user == std::string_view::npos ? rest : rest.substr(user + 1));
}

}  // namespace weir::io
