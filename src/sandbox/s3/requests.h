// SPDX-License-Identifier: Apache-2.0
// The operations of S3, one function each. Used by S3Service. They refuse by throwing Refusal.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
#pragma once

#include "sandbox/s3/call.h"
#include "sandbox/s3/uploads.h"

namespace weir::sandbox::s3 {

// bucket_requests.cc
Answer list_buckets(const Store& store, const Call& call);
/// `region` is where a bucket goes without a LocationConstraint.
Answer create_bucket(Store& store, const Call& call, const std::string& region);
Answer head_bucket(const Store& store, const Call& call);
Answer bucket_location(const Store& store, const Call& call);
Answer remove_bucket(Store& store, const Call& call);

// listing.cc
Answer list_objects(const Store& store, const Call& call);
Answer list_uploads(const Store& store, const Uploads& uploads, const Call& call);
Answer list_parts(const Uploads& uploads, const Call& call);

// object_requests.cc
/// GET and HEAD.
Answer get_object(const Store& store, const Call& call);
Answer put_object(Store& store, const Call& call);
Answer remove_object(Store& store, const Call& call);
Answer remove_objects(Store& store, const Call& call);

// copy_requests.cc
Answer copy_object(Store& store, const Call& call);
Answer copy_part(Store& store, Uploads& uploads, const Call& call);

// upload_requests.cc
Answer begin_upload(const Store& store, Uploads& uploads, const Call& call);
Answer put_part(Store& store, Uploads& uploads, const Call& call);
Answer complete_upload(const Store& store, Uploads& uploads, const Call& call);
Answer abort_upload(const Store& store, Uploads& uploads, const Call& call);
/// Of a part; refuses numbers that S3 does not know.
int part_number(const Call& call);

}  // namespace weir::sandbox::s3
