// Tensors are handles: who shares, who copies, and how memory is aligned.
#include "runtime/Tensor.h"

#include "gtest/gtest.h"

using namespace dsa;

TEST(Tensor, IsZeroAndAlignedWhateverItsSize) {
  for (int64_t elements : {0, 1, 7, 1000, 1 << 20}) {
    Tensor tensor(DType::F32, {elements});
    EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.data()) % 64, 0u);
    for (int64_t index = 0; index < elements; ++index)
      ASSERT_EQ(tensor.data<float>()[index], 0.0f);
  }
}

TEST(Tensor, CopiesShareAndClonesDoNot) {
  Tensor tensor = Tensor::fromDoubles(DType::F32, {2, 2}, {1, 2, 3, 4});
  EXPECT_TRUE(tensor.isUnique());
  Tensor shared = tensor, copy = tensor.clone(), view = tensor.reshape({4});
  EXPECT_FALSE(tensor.isUnique());
  tensor.set(3, 9);
  EXPECT_EQ(shared.at(3), 9);
  EXPECT_EQ(view.at(3), 9);
  EXPECT_EQ(copy.at(3), 4);
  EXPECT_TRUE(tensor.aliases(view));
  EXPECT_FALSE(tensor.aliases(copy));
}

TEST(Tensor, ConvertsElementByElement) {
  Tensor tensor = Tensor::fromDoubles(DType::F64, {3}, {1.5, -2.7, 300});
  EXPECT_EQ(tensor.to(DType::I32).asDoubles(), (std::vector<double>{1, -2, 300}));
  EXPECT_EQ(tensor.to(DType::I1).asDoubles(), (std::vector<double>{1, 1, 1}));
  EXPECT_EQ(tensor.to(DType::BF16).at(0), 1.5);
  EXPECT_EQ(Tensor::scalar(DType::I64, 7).numElements(), 1);
}

TEST(Tensor, DescribesItself) {
  EXPECT_EQ(describe(DType::F32, {4, 64}), "f32[4x64]");
  EXPECT_EQ(describe(DType::I64, {}), "i64[]");
}

TEST(Buffer, MovesLeaveNothingBehind) {
  Buffer first(100), second(4 << 20);
  char *data = second.data();
  first = std::move(second);
  EXPECT_EQ(first.data(), data);
  EXPECT_EQ(first.bytes(), 4 << 20);
}
