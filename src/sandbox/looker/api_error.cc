// SPDX-License-Identifier: Apache-2.0
#include "sandbox/looker/api_error.h"

#include <fmt/format.h>

namespace weir::sandbox::looker {
namespace {

constexpr const char* kDocumentation = "https://cloud.google.com/looker/docs/r/err/4.0/";

}  // namespace

Answer ApiError::answer() const {
  nlohmann::json body = {{"message", message},
                         {"documentation_url", kDocumentation + std::to_string(status)}};
  for (const Problem& problem : problems) {
    body["errors"].push_back({{"field", problem.field},
                              {"code", problem.code},
                              {"message", problem.message},
                              {"documentation_url", kDocumentation + std::to_string(status)}});
  }
  return json_answer(status, body);
}

Answer html_error(int status, std::string_view title) {
  return {.status = status,
          .content_type = "text/html",
          .body = fmt::format("<html>\r\n<head><title>{} {}</title></head>\r\n<body>\r\n<center><h1>{} "
                              "{}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
                              status, title, status, title)};
}

}  // namespace weir::sandbox::looker
