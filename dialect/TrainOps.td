// Training ops: global-norm clipping and the optimizer step.
#ifndef DSA_TRAIN_OPS_TD
#define DSA_TRAIN_OPS_TD

include "dialect/Dialect.td"

def DSA_ClipByGlobalNormOp : DSA_InferredOp<"clip_by_global_norm"> {
  let summary = "factor min(1, max_norm / norm) and the norm of all gradients together";
  let description = [{
    `norm = sqrt(sum of the squares of all entries of all gradients)` and `factor = min(1, max_norm / (norm + 1e-6))`
    (Pascanu et al. 2013). The optimizer multiplies by the factor, so the gradients are not written a second time.
    A row whose squares have no finite sum is an error at run time that names the gradient, by `names` if given, and
    the row.

    Constraints:
    * (C1) there is at least one gradient.
    * (C2) the gradients have one element type.
    * (C3) `max_norm` is finite and positive.
    * (C4) `names` has one name for each gradient.

    Example:
    ```mlir
    %factor, %norm = dsa.clip_by_global_norm %dw, %dg {max_norm = 1.0}
      : (tensor<64x64xf32>, tensor<64xf32>) -> (tensor<f32>, tensor<f32>)
    ```
  }];
  let arguments = (ins Variadic<DSA_AnyFloatTensor>:$grads, F64Attr:$max_norm, OptionalAttr<StrArrayAttr>:$names);
  let results = (outs DSA_Scalar:$factor, DSA_Scalar:$norm);
  let assemblyFormat = "$grads attr-dict `:` functional-type(operands, results)";
}

def DSA_AdamStepOp : DSA_InferredOp<"adam_step"> {
  let summary = "one Adam or (decoupled) AdamW update: parameter, first and second moment";
  let description = [{
    One step of Adam (Kingma and Ba 2014), or of AdamW when `decoupled` (Loshchilov and Hutter 2017). With
    `g = grad_factor grad`, and `g += weight_decay p` unless decoupled:
    `m = beta1 m + (1 - beta1) g`, `v = beta2 v + (1 - beta2) g^2`, when decoupled first `p -= learning_rate weight_decay p`,
    then `p -= learning_rate (m / (1 - beta1^step)) / (sqrt(v / (1 - beta2^step)) + eps)`. Steps count from 1.

    Constraints:
    * (C1) `grad` has the type of `parameter`.
    * (C2) both moments have one type.
    * (C3) the moments have the shape of `parameter`.
    * (C4) `0 <= beta1 < 1` and `0 <= beta2 < 1`.
    * (C5) `eps` is finite and positive.
    * (C6) `weight_decay` is finite and not negative.

    Example:
    ```mlir
    %p1, %m1, %v1 = dsa.adam_step %p, %g, %m, %v, %lr, %step factor(%f) {weight_decay = 0.1, decoupled}
      : (tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<f32>, tensor<i64>, tensor<f32>)
      -> (tensor<64xf32>, tensor<64xf32>, tensor<64xf32>)
    ```
  }];
  let arguments = (ins DSA_AnyFloatTensor:$parameter, DSA_AnyFloatTensor:$grad, DSA_AnyFloatTensor:$first_moment,
      DSA_AnyFloatTensor:$second_moment, DSA_Scalar:$learning_rate, DSA_IntScalar:$step, Optional<DSA_Scalar>:$grad_factor,
      DefaultValuedAttr<F64Attr, "0.9">:$beta1, DefaultValuedAttr<F64Attr, "0.999">:$beta2,
      DefaultValuedAttr<F64Attr, "1e-8">:$eps, DefaultValuedAttr<F64Attr, "0.0">:$weight_decay, UnitAttr:$decoupled);
  let results = (outs DSA_AnyFloatTensor:$new_parameter, DSA_AnyFloatTensor:$new_first_moment,
      DSA_AnyFloatTensor:$new_second_moment);
  let assemblyFormat = [{
    $parameter `,` $grad `,` $first_moment `,` $second_moment `,` $learning_rate `,` $step
    (`factor` `(` $grad_factor^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

#endif // DSA_TRAIN_OPS_TD
