// Phases, buffers, loops and vector memory of kernels.
#include "codegen/cpu/KernelBuilder.h"
#include "codegen/cpu/Families.h"
#include "codegen/cpu/LowerKernels.h"
#include "passes/KernelFamilies.h"
#include "runtime/KernelExecutable.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace dsa::cpu {

static constexpr int64_t kAlignment = 64;
/// The workspace of results that are kept wide begins behind those that emitters number.
static constexpr unsigned kWideSlot = 256;

int64_t View::elements() const {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

static int64_t bytesOf(Type element) {
  return (element.getIntOrFloatBitWidth() + 7) / 8;
}

KernelBuilder::KernelBuilder(KernelOp kernel, ModuleOp module, VectorIsa isa)
    : ImplicitLocOpBuilder(kernel.getLoc(), kernel.getContext()), kernelOp(kernel),
      moduleOp(module), isaInfo(isa) {
  unsigned number = 0;
  for (Value argument : kernel.getBody().getArguments())
    bufferNumbers[argument] = number++;
  for (Value yielded : kernel.getBody().front().getTerminator()->getOperands())
    bufferNumbers.try_emplace(yielded, number++); // an argument that is yielded keeps its own
  for (auto [position, type] : llvm::enumerate(kernel.getResultTypes()))
    if (!storesOnce(anchorOf(kernel)) && getElementTypeOrSelf(type).isBF16())
      wide.insert(kernel.getArgumentTypes().size() + position);
}

// Phases.

func::FuncOp KernelBuilder::openPhase(int64_t grid) {
  SmallVector<Type> types;
  auto flat = [&](Type type) {
    auto tensor = cast<RankedTensorType>(type);
    return MemRefType::get({tensor.getNumElements()}, storedAs(tensor.getElementType()));
  };
  llvm::append_range(types, llvm::map_range(kernelOp.getArgumentTypes(), flat));
  llvm::append_range(types, llvm::map_range(kernelOp.getResultTypes(), flat));
  auto bytes = MemRefType::get({1}, getI8Type());
  types.append({bytes, bytes, MemRefType::get({2}, getI64Type()), getIndexType(), getIndexType()});
  setInsertionPointToEnd(moduleOp.getBody());
  std::string name = (kernelOp.getName() + "_phase" + Twine(phaseOps.size())).str();
  auto function = func::FuncOp::create(*this, name, getFunctionType(types, {}));
  function->setAttr(kGridAttr, getI64IntegerAttr(grid));
  if (roundCount > 1)
    function->setAttr(kRoundsAttr, getI64IntegerAttr(roundCount));
  phaseOps.push_back(function);
  Block *entry = function.addEntryBlock();
  unsigned first = kernelOp.getArgumentTypes().size() + kernelOp.getResultTypes().size();
  workspaceBase = entry->getArgument(first);
  scratchBase = entry->getArgument(first + 1);
  statusBase = entry->getArgument(first + 2);
  scratchEnd = 0;
  setInsertionPointToStart(entry);
  return function;
}

void KernelBuilder::phase(int64_t grid, llvm::function_ref<void(Value)> body,
                          llvm::function_ref<void()> prologue) {
  func::FuncOp function = openPhase(grid);
  if (prologue)
    prologue();
  Block &entry = function.getBody().front();
  unsigned count = entry.getNumArguments();
  loop(entry.getArgument(count - 2), entry.getArgument(count - 1), 1, body);
  func::ReturnOp::create(*this);
}

void KernelBuilder::rounds(int64_t count, llvm::function_ref<void()> phases) {
  roundCount = count;
  phases();
  roundCount = 1;
}

// Buffers.

View KernelBuilder::contiguous(Value base, Type element, ArrayRef<int64_t> shape) {
  View view{base, element, SmallVector<int64_t>(shape), SmallVector<int64_t>(shape.size(), 1), 0};
  for (int64_t axis = view.rank() - 2; axis >= 0; --axis)
    view.strides[axis] = view.strides[axis + 1] * view.shape[axis + 1];
  return view;
}

bool KernelBuilder::hasBuffer(Value tensor) const {
  if (bufferNumbers.contains(tensor))
    return true;
  Operation *op = tensor.getDefiningOp();
  return op && isa<tensor::ExtractSliceOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op) &&
         hasBuffer(op->getOperand(0));
}

View KernelBuilder::bufferOf(unsigned number, RankedTensorType type) {
  if (wide.contains(number))
    return workspace(kWideSlot + number, getF32Type(), type.getShape());
  return contiguous(phaseOps.back().getArgument(number), type.getElementType(), type.getShape());
}

void KernelBuilder::narrowResults() {
  unsigned first = kernelOp.getArgumentTypes().size();
  for (auto [position, resultType] : llvm::enumerate(kernelOp.getResultTypes())) {
    auto type = cast<RankedTensorType>(resultType);
    unsigned number = first + position;
    if (!wide.contains(number))
      continue;
    rowsPhase(contiguous({}, getF32Type(), {1, type.getNumElements()}), [&](Value) {
      View from = bufferOf(number, type);
      View to = contiguous(phaseOps.back().getArgument(number), type.getElementType(), {});
      columns(type.getNumElements(), [&](Value column, Value mask) {
        storeVector(loadVector(from, column, mask), to, column, mask);
      });
    });
  }
}

View KernelBuilder::view(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (auto found = bufferNumbers.find(tensor); found != bufferNumbers.end())
    return bufferOf(found->second, type);
  Operation *op = tensor.getDefiningOp();
  assert(hasBuffer(tensor) && "a value without a buffer is computed, not read");
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    return sliceOf(slice);
  return reshape(view(op->getOperand(0)), type.getShape());
}

View KernelBuilder::sliceOf(tensor::ExtractSliceOp slice) {
  View source = view(slice.getSource());
  llvm::SmallBitVector dropped = slice.getDroppedDims();
  View result{source.base, source.element, {}, {}, source.offset};
  for (auto [axis, start] : llvm::enumerate(slice.getStaticOffsets())) {
    result.offset += start * source.strides[axis];
    if (dropped.test(axis))
      continue;
    result.shape.push_back(slice.getStaticSizes()[axis]);
    result.strides.push_back(source.strides[axis] * slice.getStaticStrides()[axis]);
  }
  return result;
}

/// Splits or merges axes; each group of axes that is merged must be contiguous inside.
View KernelBuilder::reshape(const View &from, ArrayRef<int64_t> shape) {
  View to{from.base, from.element, SmallVector<int64_t>(shape),
          SmallVector<int64_t>(shape.size(), 1), from.offset};
  int64_t source = from.rank() - 1, available = 1, stride = 1;
  for (int64_t axis = to.rank() - 1; axis >= 0; --axis) {
    while (available == 1 && source >= 0) {
      available = from.shape[source];
      stride = from.strides[source--];
    }
    to.strides[axis] = stride;
    int64_t need = to.shape[axis];
    while (need > available) {
      assert(source >= 0 && need % available == 0 && "reshape keeps the number of elements");
      assert(from.strides[source] == stride * available && "merged axes are contiguous");
      available *= from.shape[source--];
    }
    assert(available % need == 0 && "an axis is split evenly");
    available /= need;
    stride *= need;
  }
  return to;
}

Value KernelBuilder::flatBuffer(Value bytes, int64_t offset, Type element, int64_t elements) {
  auto type = MemRefType::get({elements}, storedAs(element));
  return memref::ViewOp::create(*this, type, bytes, index(offset), ValueRange{});
}

View KernelBuilder::workspace(unsigned slot, Type element, ArrayRef<int64_t> shape) {
  View view = contiguous({}, element, shape);
  int64_t bytes = view.elements() * bytesOf(element);
  if (slot >= workspaceSlots.size())
    workspaceSlots.resize(slot + 1, {-1, 0});
  auto &[offset, size] = workspaceSlots[slot];
  if (offset < 0) {
    offset = workspaceEnd;
    size = bytes;
    workspaceEnd += llvm::alignTo(bytes, kAlignment);
  }
  assert(size == bytes && "a workspace slot has one size");
  view.base = flatBuffer(workspaceBase, offset, element, view.elements());
  return view;
}

View KernelBuilder::resultBuffer(unsigned number) {
  auto type = cast<RankedTensorType>(kernelOp.getResultTypes()[number]);
  return bufferOf(kernelOp.getArgumentTypes().size() + number, type);
}

View KernelBuilder::resultOrWorkspace(Value result, unsigned slot) {
  auto type = cast<RankedTensorType>(result.getType());
  Type element = type.getElementType();
  return hasBuffer(result)
             ? view(result)
             : workspace(slot, element.isBF16() ? getF32Type() : element, type.getShape());
}

View KernelBuilder::scratch(Type element, ArrayRef<int64_t> shape) {
  View view = contiguous({}, element, shape);
  view.base = flatBuffer(scratchBase, scratchEnd, element, view.elements());
  scratchEnd += llvm::alignTo(view.elements() * bytesOf(element), kAlignment);
  scratchMax = std::max(scratchMax, scratchEnd);
  return view;
}

// Scalars.

Value KernelBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(*this, value);
}

Value KernelBuilder::i32(int64_t value) {
  return arith::ConstantOp::create(*this, getI32IntegerAttr(static_cast<int32_t>(value)));
}

Value KernelBuilder::constant(Type type, double value) {
  Type element = getElementTypeOrSelf(type);
  TypedAttr attribute = isa<FloatType>(element)
                            ? cast<TypedAttr>(getFloatAttr(element, value))
                            : cast<TypedAttr>(getIntegerAttr(element, static_cast<int64_t>(value)));
  if (auto vector = dyn_cast<VectorType>(type))
    attribute = DenseElementsAttr::get(vector, cast<Attribute>(attribute));
  return arith::ConstantOp::create(*this, attribute);
}

Value KernelBuilder::add(Value a, Value b) {
  return createOrFold<arith::AddIOp>(a, b);
}
Value KernelBuilder::sub(Value a, Value b) {
  return createOrFold<arith::SubIOp>(a, b);
}
Value KernelBuilder::mul(Value a, Value b) {
  return createOrFold<arith::MulIOp>(a, b);
}
Value KernelBuilder::div(Value a, int64_t b) {
  return createOrFold<arith::DivUIOp>(a, index(b));
}
Value KernelBuilder::rem(Value a, int64_t b) {
  return createOrFold<arith::RemUIOp>(a, index(b));
}
Value KernelBuilder::min(Value a, Value b) {
  return createOrFold<arith::MinSIOp>(a, b);
}
Value KernelBuilder::max(Value a, Value b) {
  return createOrFold<arith::MaxSIOp>(a, b);
}
Value KernelBuilder::less(Value a, Value b) {
  return createOrFold<arith::CmpIOp>(arith::CmpIPredicate::slt, a, b);
}
Value KernelBuilder::toIndex(Value integer) {
  return createOrFold<arith::IndexCastOp>(getIndexType(), integer);
}
Value KernelBuilder::toI32(Value index) {
  return createOrFold<arith::IndexCastOp>(getI32Type(), index);
}

// Loops.

void KernelBuilder::loop(Value from, Value to, int64_t step, llvm::function_ref<void(Value)> body) {
  auto loop = scf::ForOp::create(*this, from, to, index(step));
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

KernelBuilder::Carried KernelBuilder::loop(Value from, Value to, int64_t step, ValueRange inits,
                                           llvm::function_ref<Carried(Value, ValueRange)> body) {
  if (inits.empty()) {
    this->loop(from, to, step, [&](Value number) { body(number, {}); });
    return {};
  }
  auto loop = scf::ForOp::create(*this, from, to, index(step), inits);
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(loop.getBody());
  Carried results = body(loop.getInductionVar(), loop.getRegionIterArgs());
  scf::YieldOp::create(*this, results);
  return Carried(loop.getResults());
}

KernelBuilder::Carried KernelBuilder::repeatWhile(ValueRange inits,
                                                  llvm::function_ref<Value(ValueRange)> condition,
                                                  llvm::function_ref<Carried(ValueRange)> body) {
  auto loop = scf::WhileOp::create(
      *this, TypeRange(inits), inits,
      [&](OpBuilder &, Location, ValueRange carried) {
        OpBuilder::InsertionGuard guard(*this);
        setInsertionPointToEnd(carried.front().getParentBlock());
        scf::ConditionOp::create(*this, condition(carried), carried);
      },
      [&](OpBuilder &, Location, ValueRange carried) {
        OpBuilder::InsertionGuard guard(*this);
        setInsertionPointToEnd(carried.front().getParentBlock());
        scf::YieldOp::create(*this, body(carried));
      });
  return Carried(loop.getResults());
}

void KernelBuilder::when(Value condition, llvm::function_ref<void()> body) {
  auto branch = scf::IfOp::create(*this, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(branch.thenBlock());
  body();
}

void KernelBuilder::when(Value condition, llvm::function_ref<void()> body,
                         llvm::function_ref<void()> otherwise) {
  auto branch = scf::IfOp::create(*this, condition, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(branch.thenBlock());
  body();
  setInsertionPointToStart(branch.elseBlock());
  otherwise();
}

KernelBuilder::Carried KernelBuilder::when(Value condition, ValueRange otherwise,
                                           llvm::function_ref<Carried()> body) {
  if (otherwise.empty()) {
    when(condition, [&] { body(); });
    return {};
  }
  auto branch = scf::IfOp::create(*this, otherwise.getTypes(), condition, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(branch.thenBlock());
  scf::YieldOp::create(*this, body());
  setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(*this, otherwise);
  return Carried(branch.getResults());
}

void KernelBuilder::columns(int64_t count, llvm::function_ref<void(Value, Value)> body) {
  int64_t whole = count / lanes() * lanes();
  if (whole == lanes())
    body(index(0), {});
  else if (whole > 0)
    loop(0, whole, lanes(), [&](Value column) { body(column, {}); });
  if (whole < count)
    body(index(whole), maskBelow(index(count - whole)));
}

KernelBuilder::Carried
KernelBuilder::columns(int64_t count, ValueRange inits,
                       llvm::function_ref<Carried(Value, Value, ValueRange)> body) {
  int64_t whole = count / lanes() * lanes();
  Carried carried(inits);
  if (whole > 0)
    carried = loop(index(0), index(whole), lanes(), carried,
                   [&](Value column, ValueRange values) { return body(column, {}, values); });
  if (whole < count)
    carried = body(index(whole), maskBelow(index(count - whole)), carried);
  return carried;
}

void KernelBuilder::rowsPhase(const View &like, llvm::function_ref<void(Value)> body,
                              llvm::function_ref<void()> prologue, int64_t blockElements) {
  int64_t rows = like.rows();
  int64_t block = std::max<int64_t>(1, blockElements / std::max<int64_t>(1, like.columns()));
  phase(
      static_cast<int64_t>(llvm::divideCeil(rows, block)),
      [&](Value item) {
        Value from = mul(item, block);
        loop(from, min(add(from, block), index(rows)), 1, body);
      },
      prologue);
}

// Vectors.

VectorType KernelBuilder::vectorType(Type element) {
  return VectorType::get({lanes()}, element);
}

Value KernelBuilder::splat(Value scalar) {
  return vector::BroadcastOp::create(*this, vectorType(scalar.getType()), scalar);
}

Value KernelBuilder::maskBelow(Value count) {
  return vector::CreateMaskOp::create(*this, vectorType(getI1Type()), ValueRange{count});
}

Value KernelBuilder::fma(Value a, Value b, Value c) {
  if (!isaInfo.fused)
    return arith::AddFOp::create(*this, arith::MulFOp::create(*this, a, b), c);
  if (isa<VectorType>(a.getType()))
    return vector::FMAOp::create(*this, a, b, c);
  return math::FmaOp::create(*this, a, b, c);
}

Value KernelBuilder::larger(Value a, Value b) {
  Value greater = arith::CmpFOp::create(*this, arith::CmpFPredicate::OGT, a, b);
  return arith::SelectOp::create(*this, greater, a, b);
}

Value KernelBuilder::smaller(Value a, Value b) {
  Value less = arith::CmpFOp::create(*this, arith::CmpFPredicate::OLT, a, b);
  return arith::SelectOp::create(*this, less, a, b);
}

Value KernelBuilder::iota() {
  auto values = llvm::to_vector(llvm::seq<int32_t>(0, static_cast<int32_t>(lanes())));
  return arith::ConstantOp::create(
      *this, DenseElementsAttr::get(vectorType(getI32Type()), ArrayRef<int32_t>(values)));
}

void KernelBuilder::storeCompressed(Value vector, Value mask, const View &view, Value linear) {
  if (isaInfo.registers >= 32) {
    // Not vector.compressstore: compressing in a register and storing a whole one is more than
    // twice as fast.
    Value rest = LLVM::PoisonOp::create(*this, vector.getType());
    auto front = LLVM::CallIntrinsicOp::create(*this, vector.getType(),
                                               getStringAttr("llvm.experimental.vector.compress"),
                                               ValueRange{vector, mask, rest});
    return storeVector(front.getResult(0), view, linear);
  }
  // LLVM's own expansion misplaces lanes where a constant mask comes from another block.
  for (int64_t lane = 0; lane < lanes(); ++lane) {
    storeAt(vector::ExtractOp::create(*this, vector, lane), view, linear);
    Value kept = vector::ExtractOp::create(*this, mask, lane);
    linear = add(linear, createOrFold<arith::IndexCastUIOp>(getIndexType(), kept));
  }
}

Value KernelBuilder::countLanes(Value mask) {
  auto bits = getIntegerType(lanes());
  Value word = vector::BitCastOp::create(*this, VectorType::get({1}, bits), mask);
  word = vector::ExtractOp::create(*this, word, ArrayRef<int64_t>{0});
  Value count = math::CtPopOp::create(*this, word);
  return createOrFold<arith::IndexCastUIOp>(getIndexType(), count);
}

/// Halves the vector until one lane is left.
static Value treeReduce(KernelBuilder &b, Value vector,
                        llvm::function_ref<Value(Value, Value)> combine) {
  for (int64_t width = b.lanes(); width > 1; width /= 2) {
    auto low =
        vector::ExtractStridedSliceOp::create(b, vector, ArrayRef<int64_t>{0}, {width / 2}, {1});
    auto high = vector::ExtractStridedSliceOp::create(b, vector, ArrayRef<int64_t>{width / 2},
                                                      {width / 2}, {1});
    vector = combine(low, high);
  }
  return vector::ExtractOp::create(b, vector, ArrayRef<int64_t>{0});
}

Value KernelBuilder::sumLanes(Value vector) {
  return treeReduce(*this, vector,
                    [&](Value a, Value b) -> Value { return arith::AddFOp::create(*this, a, b); });
}

Value KernelBuilder::maxLanes(Value vector) {
  return treeReduce(*this, vector, [&](Value a, Value b) -> Value {
    return arith::MaxNumFOp::create(*this, a, b);
  });
}

void KernelBuilder::fail(int64_t code, Value row) {
  View status{statusBase, getI64Type(), {2}, {1}, 0};
  auto number = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(*this, getI64IntegerAttr(value));
  };
  auto isCode = [&](int64_t value) -> Value {
    return arith::CmpIOp::create(*this, arith::CmpIPredicate::eq, loadAt(status, index(0)),
                                 number(value));
  };
  Value at = createOrFold<arith::IndexCastOp>(getI64Type(), row);
  Value lower = arith::AndIOp::create(*this, isCode(code), less(at, loadAt(status, index(1))));
  when(arith::OrIOp::create(*this, isCode(0), lower), [&] {
    storeAt(at, status, index(1));
    storeAt(number(code), status, index(0));
  });
}

void KernelBuilder::expectFinite(Value x, Value row, int64_t operand) {
  Value infinity = f32(std::numeric_limits<double>::infinity());
  Value wrong = arith::CmpFOp::create(*this, arith::CmpFPredicate::UGE,
                                      math::AbsFOp::create(*this, x), infinity);
  when(wrong, [&] {
    fail(static_cast<int64_t>(Failure::NotFinite), add(row, (operand + 1) << kOperandShift));
  });
}

} // namespace dsa::cpu
