/// TorchScript methods that several operators call.
enum OnnxHelpers {
    /// The methods with these names and the methods that they call.
    static func source(of names: Set<String>) -> String {
        var wanted = names
        while true {
            let more = Set(wanted.flatMap { name in all.keys.filter { all[name]?.contains("self.op_\($0)(") == true } })
            guard !more.isSubset(of: wanted) else { break }
            wanted.formUnion(more)
        }
        return wanted.sorted().compactMap { all[$0] }.map { $0 + "\n\n" }.joined()
    }

    private static let all = shapes.merging(parts) { $1 }.merging(windows) { $1 }.merging(numbers) { $1 }

    private static let shapes = [
        "ints": """
        def op_ints(self, x: Tensor) -> List[int]:
            values: List[int] = x.to(4).reshape([-1]).tolist()
            return values
        """,
        "dims": """
        def op_dims(self, x: Tensor, axes: List[int]) -> List[int]:
            if len(axes) > 0:
                return axes
            return list(range(x.dim()))
        """,
        "reshape": """
        def op_reshape(self, x: Tensor, shape: List[int], keeps_zeros: bool) -> Tensor:
            sizes: List[int] = []
            for i in range(len(shape)):
                if shape[i] == 0 and not keeps_zeros:
                    sizes.append(x.size(i))
                else:
                    sizes.append(shape[i])
            return x.reshape(sizes)
        """,
        "flat": """
        def op_flat(self, x: Tensor, axis: int) -> Tensor:
            first = axis + x.dim() if axis < 0 else axis
            rows = 1
            for size in x.size()[:first]:
                rows = rows * size
            columns = 1
            for size in x.size()[first:]:
                columns = columns * size
            return x.reshape([rows, columns])
        """,
        "reversed": """
        def op_reversed(self, x: Tensor) -> Tensor:
            order: List[int] = []
            for i in range(x.dim()):
                order.append(x.dim() - 1 - i)
            return x.permute(order)
        """,
        "places_of": """
        def op_places_of(self, axes: List[int], rank: int) -> List[int]:
            places: List[int] = []
            for axis in axes:
                places.append(axis + rank if axis < 0 else axis)
            return places
        """,
        "squeeze": """
        def op_squeeze(self, x: Tensor, axes: List[int]) -> Tensor:
            sizes: List[int] = []
            places = self.op_places_of(axes, x.dim())
            for i in range(x.dim()):
                if i not in places:
                    sizes.append(x.size(i))
            return x.reshape(sizes)
        """,
        "unsqueeze": """
        def op_unsqueeze(self, x: Tensor, axes: List[int]) -> Tensor:
            rank = x.dim() + len(axes)
            places = self.op_places_of(axes, rank)
            sizes: List[int] = []
            at = 0
            for i in range(rank):
                if i in places:
                    sizes.append(1)
                else:
                    sizes.append(x.size(at))
                    at += 1
            return x.reshape(sizes)
        """,
        "expand": """
        def op_expand(self, x: Tensor, shape: List[int]) -> Tensor:
            rank = max(x.dim(), len(shape))
            sizes: List[int] = []
            for i in range(rank):
                size = 1
                if i >= rank - x.dim():
                    size = x.size(i - rank + x.dim())
                if i >= rank - len(shape) and size == 1:
                    size = shape[i - rank + len(shape)]
                sizes.append(size)
            return x.expand(sizes)
        """,
        "split": """
        def op_split(self, x: Tensor, count: int, axis: int) -> List[Tensor]:
            return torch.split(x, (x.size(axis) + count - 1) // count, axis)
        """,
        "range": """
        def op_range(self, start: Tensor, limit: Tensor, delta: Tensor) -> Tensor:
            count = torch.ceil((limit.to(7) - start.to(7)) / delta.to(7)).reshape([-1])
            steps = torch.arange(max(0, int(count[0]))).to(start.dtype)
            return start.reshape([-1])[0] + steps * delta.reshape([-1])[0]
        """,
        "to_space": """
        def op_to_space(self, x: Tensor, block: int) -> Tensor:
            n, c, h, w = x.size(0), x.size(1), x.size(2), x.size(3)
            y = x.reshape([n, block, block, c // (block * block), h, w]).permute([0, 3, 4, 1, 5, 2])
            return y.reshape([n, c // (block * block), h * block, w * block])
        """,
        "to_space_crd": """
        def op_to_space_crd(self, x: Tensor, block: int) -> Tensor:
            return torch.pixel_shuffle(x, block)
        """,
        "to_depth": """
        def op_to_depth(self, x: Tensor, block: int) -> Tensor:
            n, c, h, w = x.size(0), x.size(1), x.size(2), x.size(3)
            y = x.reshape([n, c, h // block, block, w // block, block]).permute([0, 3, 5, 1, 2, 4])
            return y.reshape([n, c * block * block, h // block, w // block])
        """,
    ]

    private static let parts = [
        "slice": """
        def op_slice(self, x: Tensor, starts: List[int], ends: List[int], axes: List[int], steps: List[int]) -> Tensor:
            for i in range(len(starts)):
                axis = axes[i] + x.dim() if axes[i] < 0 else axes[i]
                size = x.size(axis)
                start = starts[i] + size if starts[i] < 0 else starts[i]
                end = ends[i] + size if ends[i] < 0 else ends[i]
                if steps[i] > 0:
                    start = min(max(start, 0), size)
                    x = torch.slice(x, axis, start, min(max(end, start), size), steps[i])
                else:
                    start = min(max(start, -1), size - 1)
                    end = min(max(end, -1), start)
                    x = x.index_select(axis, torch.arange(start, end, steps[i]))
            return x
        """,
        "wrap": """
        def op_wrap(self, indices: Tensor, size: int) -> Tensor:
            places = indices.to(4)
            return torch.where(places < 0, places + size, places)
        """,
        "gather": """
        def op_gather(self, x: Tensor, indices: Tensor, axis: int) -> Tensor:
            at = axis + x.dim() if axis < 0 else axis
            places = self.op_wrap(indices, x.size(at))
            return x.index_select(at, places.reshape([-1])).reshape(x.size()[:at] + indices.size() + x.size()[at + 1:])
        """,
        "places": """
        def op_places(self, x: Tensor, indices: Tensor) -> Tensor:
            rows = indices.to(4).reshape([-1, indices.size(-1)])
            place = torch.zeros([rows.size(0)], dtype=4)
            for i in range(indices.size(-1)):
                place = place * x.size(i) + self.op_wrap(rows[:, i], x.size(i))
            return place
        """,
        "gather_nd": """
        def op_gather_nd(self, x: Tensor, indices: Tensor) -> Tensor:
            rest = x.size()[indices.size(-1):]
            width = 1
            for size in rest:
                width = width * size
            found = x.reshape([-1, width]).index_select(0, self.op_places(x, indices))
            return found.reshape(indices.size()[:-1] + rest)
        """,
        "scatter_nd": """
        def op_scatter_nd(self, x: Tensor, indices: Tensor, updates: Tensor, adds: bool) -> Tensor:
            width = 1
            for size in x.size()[indices.size(-1):]:
                width = width * size
            rows = x.reshape([-1, width])
            places = self.op_places(x, indices)
            if adds:
                return rows.index_add(0, places, updates.reshape([-1, width])).reshape(x.size())
            return rows.index_copy(0, places, updates.reshape([-1, width])).reshape(x.size())
        """,
        "one_hot": """
        def op_one_hot(self, indices: Tensor, depth: Tensor, values: Tensor, axis: int) -> Tensor:
            count = int(depth.reshape([-1])[0])
            at = axis + indices.dim() + 1 if axis < 0 else axis
            places = self.op_wrap(indices, count).unsqueeze(at)
            shape: List[int] = []
            for i in range(indices.dim() + 1):
                shape.append(count if i == at else 1)
            return torch.where(places == torch.arange(count).reshape(shape), values[1], values[0])
        """,
        "product": """
        def op_product(self, x: Tensor, axes: List[int], keeps: bool) -> Tensor:
            places = sorted(self.op_places_of(axes, x.dim()))
            for i in range(len(places)):
                x = torch.prod(x, places[len(places) - 1 - i], keeps)
            return x
        """,
    ]

    private static let windows = [
        "same": """
        def op_same(self, x: Tensor, kernel: List[int], strides: List[int], dilations: List[int], upper: bool, value: float) -> Tensor:
            pads: List[int] = []
            for j in range(len(kernel)):
                i = len(kernel) - 1 - j
                size = x.size(i + 2)
                count = (size + strides[i] - 1) // strides[i]
                total = max(0, (count - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1 - size)
                before = total // 2 if upper else total - total // 2
                pads.append(before)
                pads.append(total - before)
            return torch.constant_pad_nd(x, pads, value)
        """,
        "pads": """
        def op_pads(self, x: Tensor, amounts: List[int], axes: List[int]) -> List[int]:
            pads: List[int] = []
            for i in range(2 * x.dim()):
                pads.append(0)
            for i in range(len(axes)):
                axis = axes[i] + x.dim() if axes[i] < 0 else axes[i]
                pads[2 * (x.dim() - 1 - axis)] = amounts[i]
                pads[2 * (x.dim() - 1 - axis) + 1] = amounts[i + len(axes)]
            return pads
        """,
        "pad_reflect": """
        def op_pad_reflect(self, x: Tensor, pads: List[int]) -> Tensor:
            for i in range(x.dim()):
                at = 2 * (x.dim() - 1 - i)
                if pads[at] != 0 or pads[at + 1] != 0:
                    last = x.size(i) - 1
                    places = torch.arange(-pads[at], last + 1 + pads[at + 1])
                    places = torch.remainder(places, max(1, 2 * last))
                    x = x.index_select(i, torch.where(places > last, 2 * last - places, places))
            return x
        """,
        "pad_edge": """
        def op_pad_edge(self, x: Tensor, pads: List[int]) -> Tensor:
            for i in range(x.dim()):
                at = 2 * (x.dim() - 1 - i)
                if pads[at] != 0 or pads[at + 1] != 0:
                    places = torch.arange(-pads[at], x.size(i) + pads[at + 1])
                    x = x.index_select(i, torch.clamp(places, 0, x.size(i) - 1))
            return x
        """,
        "pad_wrap": """
        def op_pad_wrap(self, x: Tensor, pads: List[int]) -> Tensor:
            for i in range(x.dim()):
                at = 2 * (x.dim() - 1 - i)
                if pads[at] != 0 or pads[at + 1] != 0:
                    places = torch.arange(-pads[at], x.size(i) + pads[at + 1])
                    x = x.index_select(i, torch.remainder(places, x.size(i)))
            return x
        """,
        "scaled": """
        def op_scaled(self, x: Tensor, scales: Tensor) -> List[int]:
            sizes: List[int] = []
            for i in range(x.dim()):
                sizes.append(int(torch.floor(scales[i].to(7) * x.size(i) + 1e-5)))
            return sizes
        """,
        "steps": """
        def op_steps(self, x: Tensor, sizes: List[int]) -> List[float]:
            steps: List[float] = []
            for i in range(x.dim()):
                steps.append(float(x.size(i)) / float(max(1, sizes[i])))
            return steps
        """,
        "inverse": """
        def op_inverse(self, scales: Tensor) -> List[float]:
            steps: List[float] = []
            for i in range(scales.size(0)):
                steps.append(1.0 / float(scales[i]))
            return steps
        """,
        "nearest": """
        def op_nearest(self, x: Tensor, sizes: List[int], steps: List[float]) -> Tensor:
            for i in range(x.dim()):
                if sizes[i] != x.size(i):
                    places = torch.floor(torch.arange(sizes[i]).to(7) * steps[i] + 1e-9).to(4)
                    x = x.index_select(i, torch.clamp(places, 0, x.size(i) - 1))
            return x
        """,
        "nearest_center": """
        def op_nearest_center(self, x: Tensor, sizes: List[int], steps: List[float]) -> Tensor:
            for i in range(x.dim()):
                if sizes[i] != x.size(i):
                    places = (torch.arange(sizes[i]).to(7) + 0.5) * steps[i] - 0.5
                    x = x.index_select(i, torch.clamp(torch.ceil(places - 0.5).to(4), 0, x.size(i) - 1))
            return x
        """,
        "linear": """
        def op_linear(self, x: Tensor, sizes: List[int], steps: List[float], place: str) -> Tensor:
            for i in range(x.dim()):
                size = x.size(i)
                if sizes[i] != size:
                    if place == "align_corners":
                        places = torch.arange(sizes[i]).to(7) * (float(size - 1) / float(max(1, sizes[i] - 1)))
                    else:
                        places = (torch.arange(sizes[i]).to(7) + 0.5) * steps[i] - 0.5
                    if place == "pytorch_half_pixel" and sizes[i] == 1:
                        places = torch.zeros_like(places)
                    places = torch.clamp(places, 0.0, float(size - 1))
                    first = torch.floor(places)
                    shape = [1 for j in range(x.dim())]
                    shape[i] = sizes[i]
                    share = (places - first).to(6).reshape(shape)
                    low = x.index_select(i, first.to(4))
                    high = x.index_select(i, torch.clamp(first.to(4) + 1, 0, size - 1))
                    x = low * (1.0 - share) + high * share
            return x
        """,
    ]

    private static let numbers = [
        "divide": """
        def op_divide(self, one: Tensor, other: Tensor) -> Tensor:
            if one.is_floating_point() or other.is_floating_point():
                return one / other
            return torch.div(one, other, rounding_mode="trunc")
        """,
        "group_norm": """
        def op_group_norm(self, x: Tensor, scale: Tensor, bias: Tensor, groups: int, epsilon: float) -> Tensor:
            shape = [1 for i in range(x.dim())]
            shape[1] = x.size(1)
            times = x.size(1) // scale.size(0)
            y = torch.group_norm(x, groups, None, None, epsilon)
            return y * scale.repeat_interleave(times).reshape(shape) + bias.repeat_interleave(times).reshape(shape)
        """,
        "response_norm": """
        def op_response_norm(self, x: Tensor, size: int, alpha: float, beta: float, bias: float) -> Tensor:
            pads = [0 for i in range(2 * (x.dim() - 1))]
            pads[2 * (x.dim() - 2)] = (size - 1) // 2
            pads[2 * (x.dim() - 2) + 1] = size - 1 - (size - 1) // 2
            sums = torch.constant_pad_nd(x * x, pads, 0.0).unfold(1, size, 1).sum(-1)
            return x / torch.pow(bias + sums * (alpha / float(size)), beta)
        """,
        "along": """
        def op_along(self, x: Tensor, values: Tensor, axis: int) -> Tensor:
            if values.numel() == 1:
                return values.reshape([-1])[0]
            shape = [1 for i in range(x.dim())]
            shape[axis] = values.numel()
            return values.reshape(shape)
        """,
        "dequantize": """
        def op_dequantize(self, x: Tensor, scale: Tensor, zero: Tensor, axis: int) -> Tensor:
            return (x.to(6) - self.op_along(x, zero, axis).to(6)) * self.op_along(x, scale, axis)
        """,
        "quantize": """
        def op_quantize(self, x: Tensor, scale: Tensor, zero: Tensor, axis: int) -> Tensor:
            low, high = -128.0, 127.0
            if zero.dtype == 0:
                low, high = 0.0, 255.0
            y = torch.round(x / self.op_along(x, scale, axis)) + self.op_along(x, zero, axis).to(6)
            return torch.clamp(y, low, high).to(zero.dtype)
        """,
        "dynamic_quantize": """
        def op_dynamic_quantize(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
            low = torch.clamp_max(x.min(), 0.0)
            high = torch.clamp_min(x.max(), 0.0)
            scale = (high - low) / 255.0
            if float(scale) == 0.0:
                scale = torch.ones_like(scale)
            zero = torch.clamp(torch.round(-low / scale), 0.0, 255.0)
            y = torch.clamp(torch.round(x / scale) + zero, 0.0, 255.0)
            return y.to(0), scale, zero.to(0)
        """,
    ]
}
