// SPDX-License-Identifier: Apache-2.0
#include "model/batch.h"

#include <algorithm>

namespace weir::model {
namespace {
constexpr std::size_t kFirstCapacity = 1024;
constexpr std::size_t kSlabBytes = std::size_t{256} * 1024;
}  // namespace

Batch::Batch(const Schema& schema) {
  columns_.reserve(schema.size());
  for (const auto& column : schema.columns) columns_.push_back({column.type, width(column.type), {}, {}});
}

void Batch::grow() {
  capacity_ = std::max(kFirstCapacity, capacity_ * 2);
  for (auto& column : columns_) {
    column.values.resize(capacity_ * column.width / 8);
    column.validity.resize(capacity_ / 64);
  }
}

std::size_t Batch::add_row(const RowOrigin& origin) {
  const auto row = origins_.size();
  if (row == capacity_) grow();
  if (row % 64 == 0) {
    for (auto& column : columns_) column.validity[row / 64] = 0;
  }
  origins_.push_back(origin);
  return row;
}

void Batch::drop_last_row() {
  const auto row = origins_.size() - 1;
  for (auto& column : columns_) column.validity[row / 64] &= ~(std::uint64_t{1} << (row % 64));
  origins_.pop_back();
}

void Batch::clear() {
  origins_.clear();
  if (slabs_.size() > 1) slabs_.erase(slabs_.begin(), slabs_.end() - 1);
  slab_used_ = 0;
}

char* Batch::reserve(std::size_t bytes) {
  if (slabs_.empty() || slab_used_ + bytes > slab_size_) {
    slab_size_ = std::max(kSlabBytes, bytes);
    slabs_.push_back(std::make_unique_for_overwrite<char[]>(slab_size_));
    slab_used_ = 0;
  }
  char* place = slabs_.back().get() + slab_used_;
  slab_used_ += bytes;
  return place;
}

std::string_view Batch::keep(std::string_view bytes) {
  char* place = reserve(bytes.size());
  std::copy(bytes.begin(), bytes.end(), place);
  return {place, bytes.size()};
}

BatchView Batch::view() const {
  views_.clear();
  for (const auto& column : columns_) {
    views_.push_back({column.type, column.values.data(), column.validity.data()});
  }
  return {origins_.size(), views_};
}

}  // namespace weir::model
