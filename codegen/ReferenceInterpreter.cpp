// Runs the body of a graph function or kernel op by op through the reference, in f64.
#include "codegen/ReferenceInterpreter.h"

#include "dialect/ScoreBody.h"
#include "runtime/reference/AttentionOps.h"
#include "runtime/reference/IndexerOps.h"
#include "runtime/reference/LatentOps.h"
#include "runtime/reference/MoeOps.h"
#include "runtime/reference/Random.h"
#include "runtime/reference/ScalarOps.h"
#include "runtime/reference/ShapeOps.h"
#include "runtime/reference/TensorOps.h"
#include "runtime/reference/TrainOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace dsa {
namespace {

using Results = llvm::Expected<SmallVector<Tensor>>;

Results toResults(const Tensor &result) {
  return SmallVector<Tensor>{result};
}
template <size_t N> Results toResults(const std::array<Tensor, N> &results) {
  return SmallVector<Tensor>(results.begin(), results.end());
}
Results toResults(Results results) {
  return results;
}
template <class T> Results toResults(llvm::Expected<T> results) {
  if (!results)
    return results.takeError();
  return toResults(*results);
}

/// The tensors of the values that have been computed so far.
class Frame {
public:
  const Tensor &operator[](Value value) const { return tensors.find(value)->second; }
  std::optional<Tensor> optional(Value value) const {
    return value ? std::optional((*this)[value]) : std::nullopt;
  }
  SmallVector<Tensor> all(ValueRange values) const {
    return llvm::map_to_vector(values, [&](Value value) { return (*this)[value]; });
  }
  void set(ValueRange values, ArrayRef<Tensor> results) {
    for (auto [value, result] : llvm::zip_equal(values, results))
      tensors[value] = result;
  }

private:
  llvm::DenseMap<Value, Tensor> tensors;
};

template <class Op> void setVisibility(reference::Visibility &visibility, Op op, const Frame &in) {
  visibility.causal = op.getCausal();
  visibility.queryOffset = in.optional(op.getQueryOffset());
  visibility.querySegments = in.optional(op.getQuerySegments());
  visibility.keySegments = in.optional(op.getKeySegments());
}

/// What the reference calls a scalar op: a comparison with its predicate.
std::string scalarName(Operation &op) {
  std::string name = op.getName().getStringRef().str();
  if (auto compare = dyn_cast<arith::CmpFOp>(op))
    name += (" " + arith::stringifyCmpFPredicate(compare.getPredicate())).str();
  return name;
}

/// A body of scalar ops as the reference evaluates it.
llvm::Expected<reference::ScalarFunction> functionOf(Block &body) {
  reference::ScalarFunction function(body.getNumArguments());
  llvm::DenseMap<Value, unsigned> places;
  for (BlockArgument argument : body.getArguments())
    places[argument] = argument.getArgNumber();
  auto placesOf = [&](ValueRange values) {
    return llvm::map_to_vector(values, [&](Value value) { return places.lookup(value); });
  };
  for (Operation &op : body.without_terminator()) {
    if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
      auto real = dyn_cast<FloatAttr>(constant.getValue());
      places[constant] = function.addConstant(
          real ? real.getValueAsDouble() : cast<BoolAttr>(constant.getValue()).getValue());
      continue;
    }
    auto place = function.addOp(scalarName(op), placesOf(op.getOperands()));
    if (!place)
      return place.takeError();
    places[op.getResult(0)] = *place;
  }
  function.setResults(placesOf(body.getTerminator()->getOperands()));
  return function;
}

template <class Op>
llvm::Expected<reference::AttentionOptions> attentionOptions(Op op, const Frame &in) {
  reference::AttentionOptions options;
  setVisibility(options, op, in);
  options.scale = op.getScale().convertToDouble();
  options.dropout = op.getDropout().convertToDouble();
  options.key = in.optional(op.getKey());
  if (Block *body = scoreBodyOf(op)) {
    auto revise = functionOf(*body);
    if (!revise)
      return revise.takeError();
    options.revise = std::move(*revise);
  }
  return options;
}

// Tensor ops

auto evaluate(EmbeddingOp op, const Frame &in) {
  return reference::embedding(in[op.getTable()], in[op.getIds()]);
}
auto evaluate(EmbeddingGradOp op, const Frame &in) {
  return reference::embeddingGrad(in[op.getGrad()], in[op.getIds()], op.getRows());
}
auto evaluate(LinearOp op, const Frame &in) {
  return reference::linear(in[op.getInput()], in[op.getWeight()]);
}
auto evaluate(LinearGradInputOp op, const Frame &in) {
  return reference::linearGradInput(in[op.getGrad()], in[op.getWeight()]);
}
auto evaluate(LinearGradWeightOp op, const Frame &in) {
  return reference::linearGradWeight(in[op.getGrad()], in[op.getInput()]);
}
auto evaluate(RmsNormOp op, const Frame &in) {
  return reference::rmsNorm(in[op.getInput()], in[op.getGain()], op.getEps().convertToDouble());
}
auto evaluate(RmsNormGradOp op, const Frame &in) {
  return reference::rmsNormGrad(in[op.getGrad()], in[op.getInput()], in[op.getGain()],
                                op.getEps().convertToDouble());
}
auto evaluate(RopeOp op, const Frame &in) {
  reference::RopeOptions options;
  options.half = op.getPairing() == RopePairing::Half;
  options.base = op.getBase().convertToDouble();
  options.first = op.getFirst();
  options.width = op.getWidth();
  options.inverse = op.getInverse();
  options.factor = op.getFactor().convertToDouble();
  if (std::optional<ArrayRef<int64_t>> ramp = op.getRamp())
    options.ramp = {(*ramp)[0], (*ramp)[1]};
  options.magnitude = op.getMagnitude().convertToDouble();
  return reference::rope(in[op.getInput()], in.optional(op.getPositionOffset()), options);
}
auto evaluate(SiluOp op, const Frame &in) {
  return reference::silu(in[op.getInput()]);
}
auto evaluate(SiluGradOp op, const Frame &in) {
  return reference::siluGrad(in[op.getGrad()], in[op.getInput()]);
}
auto evaluate(AddOp op, const Frame &in) {
  return reference::add(in[op.getLhs()], in[op.getRhs()]);
}
auto evaluate(MulOp op, const Frame &in) {
  return reference::mul(in[op.getLhs()], in[op.getRhs()]);
}
auto evaluate(ScaleOp op, const Frame &in) {
  return reference::scale(in[op.getInput()], op.getFactor().convertToDouble());
}
auto evaluate(CastOp op, const Frame &in) {
  return in[op.getInput()]; // rounded like every result
}

llvm::Expected<Tensor> evaluate(MapOp op, const Frame &in) {
  auto function = functionOf(op.getBody().front());
  if (!function)
    return function.takeError();
  Tensor result(DType::F64, op.getType().getShape());
  SmallVector<Tensor> inputs = in.all(op.getInputs());
  for (int64_t i = 0; i < result.numElements(); ++i) {
    auto elements = llvm::map_to_vector(inputs, [&](const Tensor &input) { return input.at(i); });
    result.set(i, (*function)(elements).front());
  }
  return result;
}

auto evaluate(RandomKeyOp op, const Frame &in) {
  return reference::randomKey(in[op.getSeed()], in[op.getStep()], in[op.getStream()]);
}
auto evaluate(DropoutOp op, const Frame &in) {
  return reference::dropout(in[op.getInput()], in[op.getKey()], in.optional(op.getRows()),
                            op.getP().convertToDouble());
}
auto evaluate(CrossEntropyOp op, const Frame &in) {
  return reference::crossEntropy(in[op.getLogits()], in[op.getTargets()]);
}
auto evaluate(CrossEntropyGradOp op, const Frame &in) {
  return reference::crossEntropyGrad(in[op.getGrad()], in[op.getLogits()], in[op.getTargets()],
                                     in[op.getLse()]);
}
auto evaluate(ArgmaxOp op, const Frame &in) {
  return reference::argmax(in[op.getInput()]);
}

// Indexer ops

template <class Op> reference::Support supportOf(Op op, const Frame &in) {
  reference::Support support;
  setVisibility(support, op, in);
  support.indices = in.optional(op.getIndices());
  return support;
}

auto evaluate(IndexScoresOp op, const Frame &in) {
  return reference::indexScores(in[op.getQuery()], in[op.getIndexKey()], in[op.getWeight()],
                                op.getScale().convertToDouble());
}
auto evaluate(IndexScoresGradOp op, const Frame &in) {
  return reference::indexScoresGrad(in[op.getGrad()], in[op.getQuery()], in[op.getIndexKey()],
                                    in[op.getWeight()], op.getScale().convertToDouble());
}
auto evaluate(FillFutureOp op, const Frame &in) {
  return reference::fillFuture(in[op.getScores()], in.optional(op.getQueryOffset()),
                               op.getValue().convertToDouble());
}
auto evaluate(TopKOp op, const Frame &in) {
  reference::Visibility visibility;
  setVisibility(visibility, op, in);
  return reference::topK(in[op.getScores()], visibility, op.getK());
}
Tensor evaluate(WindowOp op, const Frame &in) {
  return reference::window(op.getType().getShape(), in.optional(op.getQueryOffset()), op.getKeys());
}
auto evaluate(IndexKlOp op, const Frame &in) {
  return reference::indexKl(in[op.getScores()], in[op.getQuery()], in[op.getKeys()],
                            in[op.getLse()], supportOf(op, in), op.getScale().convertToDouble());
}
auto evaluate(IndexKlGradOp op, const Frame &in) {
  reference::Support support = supportOf(op, in);
  return reference::indexKlGrad(
      in[op.getGrad()], in[op.getScores()],
      op.getTarget() ? in[op.getTarget()]
                     : reference::indexTarget(in[op.getQuery()], in[op.getKeys()], in[op.getLse()],
                                              support, op.getScale()->convertToDouble()),
      support);
}

// Attention ops

auto evaluate(GatherOp op, const Frame &in) {
  return reference::gather(in[op.getInput()], in[op.getIndices()]);
}
auto evaluate(GatherGradOp op, const Frame &in) {
  return reference::gatherGrad(in[op.getGrad()], in[op.getIndices()], op.getRows());
}
/// What `run` makes of the options of an attention op.
template <class Op, class Run> Results attend(Op op, const Frame &in, Run run) {
  auto options = attentionOptions(op, in);
  if (!options)
    return options.takeError();
  return toResults(run(*options));
}

auto evaluate(AttentionOp op, const Frame &in) {
  return attend(op, in, [&](const reference::AttentionOptions &options) {
    return reference::attention(in[op.getQuery()], in[op.getKeys()], in[op.getValues()], options);
  });
}
auto evaluate(AttentionGradOp op, const Frame &in) {
  return attend(op, in, [&](const reference::AttentionOptions &options) {
    return reference::attentionGrad(in[op.getGrad()], in[op.getQuery()], in[op.getKeys()],
                                    in[op.getValues()], in[op.getOutput()], in[op.getLse()],
                                    options);
  });
}
auto evaluate(SparseAttentionOp op, const Frame &in) {
  return attend(op, in, [&](const reference::AttentionOptions &options) {
    return reference::sparseAttention(in[op.getQuery()], in[op.getKeys()], in[op.getValues()],
                                      in[op.getIndices()], options);
  });
}
auto evaluate(SparseAttentionGradOp op, const Frame &in) {
  return attend(op, in, [&](const reference::AttentionOptions &options) {
    return reference::sparseAttentionGrad(in[op.getGrad()], in[op.getQuery()], in[op.getKeys()],
                                          in[op.getValues()], in[op.getIndices()],
                                          in[op.getOutput()], in[op.getLse()], options);
  });
}

// Latent attention ops

auto evaluate(LatentAttentionOp op, const Frame &in) {
  return attend(op, in, [&](const reference::AttentionOptions &options) {
    return reference::latentAttention(in[op.getQuery()], in[op.getLatent()], in[op.getRopeKey()],
                                      in[op.getUpWeight()], in.optional(op.getIndices()), options);
  });
}
auto evaluate(LatentAttentionGradOp op, const Frame &in) {
  return attend(op, in, [&](const reference::AttentionOptions &options) {
    return reference::latentAttentionGrad(in[op.getGrad()], in[op.getQuery()], in[op.getLatent()],
                                          in[op.getRopeKey()], in[op.getUpWeight()],
                                          in[op.getOutput()], in[op.getLse()],
                                          in.optional(op.getIndices()), options);
  });
}
auto evaluate(HeadLinearOp op, const Frame &in) {
  return reference::headLinear(in[op.getInput()], in[op.getWeight()], op.getTransposed());
}
auto evaluate(HeadLinearGradWeightOp op, const Frame &in) {
  return reference::headLinearGradWeight(in[op.getGrad()], in[op.getInput()]);
}
auto evaluate(ShareHeadsOp op, const Frame &in) {
  return reference::shareHeads(in[op.getInput()], op.getHeads());
}
auto evaluate(SumHeadsOp op, const Frame &in) {
  return reference::sumHeads(in[op.getInput()]);
}

// Mixture-of-experts ops

auto evaluate(RouteOp op, const Frame &in) {
  return reference::route(in[op.getLogits()], in.optional(op.getKey()), in.optional(op.getChosen()),
                          op.getK(), op.getNoise().convertToDouble());
}
auto evaluate(RouteGradOp op, const Frame &in) {
  return reference::routeGrad(in[op.getWeightsGrad()], in[op.getProbabilitiesGrad()],
                              in[op.getWeights()], in[op.getExperts()], in[op.getProbabilities()]);
}
auto evaluate(DispatchOp op, const Frame &in) {
  return reference::dispatch(in[op.getInput()], in[op.getExperts()], op.getNumExperts());
}
auto evaluate(DispatchGradOp op, const Frame &in) {
  return reference::dispatchGrad(in[op.getGrad()], in[op.getPositions()]);
}
auto evaluate(GroupedLinearOp op, const Frame &in) {
  return reference::groupedLinear(in[op.getInput()], in[op.getWeight()], in[op.getOffsets()]);
}
auto evaluate(GroupedLinearGradInputOp op, const Frame &in) {
  return reference::groupedLinearGradInput(in[op.getGrad()], in[op.getWeight()],
                                           in[op.getOffsets()]);
}
auto evaluate(GroupedLinearGradWeightOp op, const Frame &in) {
  return reference::groupedLinearGradWeight(in[op.getGrad()], in[op.getInput()],
                                            in[op.getOffsets()]);
}
auto evaluate(CombineOp op, const Frame &in) {
  return reference::combine(in[op.getRows()], in[op.getWeights()], in[op.getPositions()]);
}
auto evaluate(CombineGradOp op, const Frame &in) {
  return reference::combineGrad(in[op.getGrad()], in[op.getRows()], in[op.getWeights()],
                                in[op.getPositions()]);
}
auto evaluate(BalanceLossOp op, const Frame &in) {
  return reference::balanceLoss(in[op.getProbabilities()], in[op.getExperts()],
                                op.getCoefficient().convertToDouble());
}
auto evaluate(BalanceLossGradOp op, const Frame &in) {
  return reference::balanceLossGrad(in[op.getGrad()], in[op.getExperts()], op.getNumExperts(),
                                    op.getCoefficient().convertToDouble());
}

// Training ops

auto evaluate(ClipByGlobalNormOp op, const Frame &in) {
  SmallVector<StringRef> names;
  if (op.getNames())
    llvm::append_range(names, op.getNames()->getAsValueRange<StringAttr>());
  return reference::clipByGlobalNorm(in.all(op.getGrads()), op.getMaxNorm().convertToDouble(),
                                     names);
}
auto evaluate(AdamStepOp op, const Frame &in) {
  reference::AdamOptions options;
  options.beta1 = op.getBeta1().convertToDouble();
  options.beta2 = op.getBeta2().convertToDouble();
  options.eps = op.getEps().convertToDouble();
  options.weightDecay = op.getWeightDecay().convertToDouble();
  options.decoupled = op.getDecoupled();
  return reference::adamStep(in[op.getParameter()], in[op.getGrad()], in[op.getFirstMoment()],
                             in[op.getSecondMoment()], in[op.getLearningRate()], in[op.getStep()],
                             in.optional(op.getGradFactor()), options);
}

// Upstream ops

Tensor evaluate(tensor::ExtractSliceOp op, const Frame &in) {
  return reference::extractSlice(in[op.getSource()], op.getStaticOffsets(), op.getStaticSizes())
      .reshape(op.getType().getShape());
}
Tensor evaluate(tensor::ExpandShapeOp op, const Frame &in) {
  return in[op.getSrc()].reshape(op.getResultType().getShape());
}
Tensor evaluate(tensor::CollapseShapeOp op, const Frame &in) {
  return in[op.getSrc()].reshape(op.getResultType().getShape());
}
Tensor evaluate(tensor::ConcatOp op, const Frame &in) {
  return reference::concat(in.all(op.getInputs()), op.getDim());
}

llvm::Expected<Tensor> evaluate(arith::ConstantOp op, const Frame &) {
  auto values = dyn_cast<DenseElementsAttr>(op.getValue());
  if (!values)
    return llvm::createStringError("arith.constant: expected a dense tensor");
  auto type = cast<ShapedType>(op.getType());
  bool isFloat = isa<FloatType>(type.getElementType());
  Tensor result(isFloat                               ? DType::F64
                : type.getElementTypeBitWidth() == 64 ? DType::I64
                : type.getElementTypeBitWidth() == 1  ? DType::I1
                                                      : DType::I32,
                type.getShape());
  for (int64_t i = 0; i < result.numElements(); ++i)
    if (isFloat)
      result.set(i, values.getValues<APFloat>()[i].convertToDouble());
    else if (result.dtype() == DType::I64)
      result.data<int64_t>()[i] = values.getValues<APInt>()[i].getSExtValue();
    else
      result.set(i, values.getValues<APInt>()[i].getSExtValue());
  return result;
}

Results evaluate(LaunchOp op, const Frame &in) {
  auto kernel = SymbolTable::lookupNearestSymbolFrom<KernelOp>(op, op.getKernelAttr());
  return interpret(kernel.getBody().front(), in.all(op.getInputs()));
}

Results evaluateAny(Operation &op, const Frame &in) {
  return llvm::TypeSwitch<Operation &, Results>(op)
      .Case<EmbeddingOp, EmbeddingGradOp, LinearOp, LinearGradInputOp, LinearGradWeightOp,
            RmsNormOp, RmsNormGradOp, RopeOp, SiluOp, SiluGradOp, AddOp, MulOp, ScaleOp, CastOp,
            MapOp, RandomKeyOp, DropoutOp, CrossEntropyOp, CrossEntropyGradOp, ArgmaxOp,
            IndexScoresOp, IndexScoresGradOp, FillFutureOp, TopKOp, WindowOp, IndexKlOp,
            IndexKlGradOp, GatherOp, GatherGradOp, AttentionOp, AttentionGradOp, SparseAttentionOp,
            SparseAttentionGradOp, LatentAttentionOp, LatentAttentionGradOp, HeadLinearOp,
            HeadLinearGradWeightOp, ShareHeadsOp, SumHeadsOp, RouteOp, RouteGradOp, DispatchOp,
            DispatchGradOp, GroupedLinearOp, GroupedLinearGradInputOp, GroupedLinearGradWeightOp,
            CombineOp, CombineGradOp, BalanceLossOp, BalanceLossGradOp, ClipByGlobalNormOp,
            AdamStepOp, LaunchOp, tensor::ExtractSliceOp, tensor::ExpandShapeOp,
            tensor::CollapseShapeOp, tensor::ConcatOp, arith::ConstantOp>(
          [&](auto typed) { return toResults(evaluate(typed, in)); })
      .Default([](Operation &other) -> Results {
        return llvm::createStringError("expected an op that the reference knows, got '%s'",
                                       other.getName().getStringRef().str().c_str());
      });
}

/// A tensor of 16-bit floats holds such numbers only, whatever they are computed in.
Results evaluateRounded(Operation &op, const Frame &in) {
  Results results = evaluateAny(op, in);
  if (!results)
    return results;
  for (auto [type, result] : llvm::zip_equal(op.getResultTypes(), *results))
    if (Type element = getElementTypeOrSelf(type); element.isBF16() || element.isF16())
      result = result.to(element.isBF16() ? DType::BF16 : DType::F16).to(DType::F64);
  return results;
}

} // namespace

llvm::Expected<SmallVector<Tensor>> interpret(Block &body, ArrayRef<Tensor> arguments) {
  Frame frame;
  frame.set(body.getArguments(), arguments);
  for (Operation &op : body.without_terminator()) {
    Results results = evaluateRounded(op, frame);
    if (!results)
      return results.takeError();
    frame.set(op.getResults(), *results);
  }
  return frame.all(body.getTerminator()->getOperands());
}

llvm::Expected<SmallVector<Tensor>> interpret(Operation &op, ArrayRef<Tensor> operands) {
  Frame frame;
  frame.set(op.getOperands(), operands);
  return evaluateRounded(op, frame);
}

} // namespace dsa
