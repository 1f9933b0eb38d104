// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>

#include "geocoding/address.h"
#include "transforms/functions.h"

namespace weir::transforms {
namespace {

using model::Type;

constexpr std::size_t kDigestBytes = 32;

struct FreeContext {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeContext>;

/// A context that has the key.
MacContext keyed_context(const Secret& key) {
  const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr),
                                                              EVP_MAC_free);
  if (mac == nullptr) return nullptr;
  MacContext context(EVP_MAC_CTX_new(mac.get()));
  char digest[] = "SHA256";
  const std::array<OSSL_PARAM, 2> parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
  const auto* bytes = reinterpret_cast<const unsigned char*>(key.reveal().data());
  if (context == nullptr || EVP_MAC_init(context.get(), bytes, key.reveal().size(), parameters.data()) != 1) {
    return nullptr;
  }
  return context;
}

class HmacFunction final : public Function {
 public:
  HmacFunction(std::string function_name, Secret key)
      : Function(std::move(function_name), {Type::Text}, {{{"value", Type::Text}}}), key_(std::move(key)) {}

  Result<void> apply(const model::BatchView& arguments, model::Batch& result) const override {
    const auto context = keyed_context(key_);
    if (context == nullptr) return fail(ErrorCode::Internal, "HMAC-SHA256 is not available");
    const auto& values = arguments.columns[0];
    for (std::size_t i = 0; i < arguments.rows; ++i) {
      const auto row = result.add_row({});
      if (values.is_null(i)) continue;
      const auto text = values.text(i);
      std::array<unsigned char, kDigestBytes> digest;
      std::size_t length = 0;
      const bool done = EVP_MAC_init(context.get(), nullptr, 0, nullptr) == 1 &&
                        EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(text.data()),
                                       text.size()) == 1 &&
                        EVP_MAC_final(context.get(), digest.data(), &length, digest.size()) == 1;
      if (!done || length != kDigestBytes) return fail(ErrorCode::Internal, "HMAC-SHA256 failed");
      result.set_text(0, row, hexadecimal(digest, result));
    }
    return {};
  }

 private:
  static std::string_view hexadecimal(const std::array<unsigned char, kDigestBytes>& digest,
                                      model::Batch& result) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    char* text = result.reserve(2 * kDigestBytes);
    for (std::size_t i = 0; i < kDigestBytes; ++i) {
      text[2 * i] = kDigits[digest[i] >> 4];
      text[2 * i + 1] = kDigits[digest[i] & 15];
    }
    return {text, 2 * kDigestBytes};
  }

  Secret key_;
};

class TruncateAddressFunction final : public Function {
 public:
  TruncateAddressFunction(std::string function_name, int ipv4_bits, int ipv6_bits)
      : Function(std::move(function_name), {Type::Text}, {{{"value", Type::Text}}}),
        ipv4_bits_(ipv4_bits),
        ipv6_bits_(ipv6_bits) {}

  Result<void> apply(const model::BatchView& arguments, model::Batch& result) const override {
    const auto& values = arguments.columns[0];
    for (std::size_t i = 0; i < arguments.rows; ++i) {
      const auto row = result.add_row({});
      if (values.is_null(i)) continue;
      const auto address = geocoding::Address::parse(values.text(i));
      if (!address) continue;
      std::array<char, INET6_ADDRSTRLEN> text;
      if (write(*address, text)) result.set_text(0, row, result.keep(text.data()));
    }
    return {};
  }

 private:
  bool write(const geocoding::Address& address, std::array<char, INET6_ADDRSTRLEN>& text) const {
    auto bytes = address.bytes();
    constexpr int kMappedBits = 96;
    const int kept = address.is_v4() ? kMappedBits + ipv4_bits_ : ipv6_bits_;
    for (int i = 0; i < 16; ++i) {
      const int bits = std::clamp(kept - 8 * i, 0, 8);
      const auto mask = static_cast<std::uint8_t>(0xFF00U >> bits);
      bytes[static_cast<std::size_t>(i)] =
          static_cast<std::uint8_t>(bytes[static_cast<std::size_t>(i)] & mask);
    }
    const bool v4 = address.is_v4();
    return inet_ntop(v4 ? AF_INET : AF_INET6, bytes.data() + (v4 ? 12 : 0), text.data(), INET6_ADDRSTRLEN) !=
           nullptr;
  }

  int ipv4_bits_;
  int ipv6_bits_;
};

class KeepDomainFunction final : public Function {
 public:
  KeepDomainFunction() : Function("mask_keep_domain", {Type::Text}, {{{"value", Type::Text}}}) {}

  Result<void> apply(const model::BatchView& arguments, model::Batch& result) const override {
    const auto& values = arguments.columns[0];
    for (std::size_t i = 0; i < arguments.rows; ++i) {
      const auto row = result.add_row({});
      if (values.is_null(i)) continue;
      const auto text = values.text(i);
      const auto at = text.rfind('@');
      if (at == text.npos || at + 1 == text.size()) continue;
      const auto domain = text.substr(at);
      char* masked = result.reserve(domain.size() + 1);
      masked[0] = '*';
      std::copy(domain.begin(), domain.end(), masked + 1);
      result.set_text(0, row, {masked, domain.size() + 1});
    }
    return {};
  }
};

}  // namespace

FunctionPointer hmac_function(std::string name, Secret key) {
  return std::make_shared<HmacFunction>(std::move(name), std::move(key));
}

FunctionPointer truncate_address_function(std::string name, int ipv4_bits, int ipv6_bits) {
  return std::make_shared<TruncateAddressFunction>(std::move(name), ipv4_bits, ipv6_bits);
}

FunctionPointer keep_domain_function() { return std::make_shared<KeepDomainFunction>(); }

}  // namespace weir::transforms
