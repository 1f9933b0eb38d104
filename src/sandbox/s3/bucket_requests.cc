// SPDX-License-Identifier: Apache-2.0
#include <pugixml.hpp>

#include "sandbox/s3/instant.h"
#include "sandbox/s3/requests.h"

namespace weir::sandbox::s3 {
namespace {

constexpr const char* kFirstRegion = "us-east-1";  // where buckets without a LocationConstraint are

std::string wanted_region(const std::string& body, const std::string& otherwise) {
  if (body.empty()) return otherwise;
  pugi::xml_document document;
  const bool is_read = document.load_buffer(body.data(), body.size());
  const pugi::xml_node root = document.child("CreateBucketConfiguration");
  if (!is_read || !root) {
    throw Refusal{
        400, "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema"};
  }
  const std::string region = root.child_value("LocationConstraint");
  if (region.empty()) return otherwise;
  if (region == kFirstRegion) {
    throw Refusal{400, "InvalidLocationConstraint", "The specified location-constraint is not valid"};
  }
  return region;
}

}  // namespace

Answer list_buckets(const Store& store, const Call& call) {
  check_known(call, {});
  Xml xml("ListAllMyBucketsResult");
  xml.open("Owner");
  xml.text("ID", "sandbox");
  xml.close("Owner");
  xml.open("Buckets");
  for (const Bucket& bucket : store.buckets()) {
    xml.open("Bucket");
    xml.text("Name", bucket.name);
    xml.text("CreationDate", xml_time(bucket.created));
    xml.close("Bucket");
  }
  xml.close("Buckets");
  return std::move(xml).answer();
}

Answer create_bucket(Store& store, const Call& call, const std::string& region) {
  check_known(call, {}, {{"x-amz-acl"}});
  store.create_bucket(call.at.bucket, wanted_region(call.payload.all(), region));
  return {.headers = {{"Location", "/" + call.at.bucket}}};
}

Answer head_bucket(const Store& store, const Call& call) {
  check_known(call, {});
  return {.headers = {{"x-amz-bucket-region", store.bucket(call.at.bucket).region}},
          .content_type = "application/xml"};
}

Answer bucket_location(const Store& store, const Call& call) {
  check_known(call, {"location"});
  const std::string region = store.bucket(call.at.bucket).region;
  // The one operation whose root holds the value itself.
  const std::string value = region == kFirstRegion ? "" : region;
  return {.content_type = "application/xml",
          .body = std::string(kXmlProlog) +
                  "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + value +
                  "</LocationConstraint>"};
}

Answer remove_bucket(Store& store, const Call& call) {
  check_known(call, {});
  store.remove_bucket(call.at.bucket);
  return {.status = 204};
}

}  // namespace weir::sandbox::s3
