using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// What is known of the eight plays of a stage before their rows of y are gathered, in shared memory: of each its column, what its
/// row of y is multiplied with, the weight of the scaled row on the right side, and its weight on the left side.
/// A place without a play has column 0 and weights of 0.
/// </summary>
/// <param name="memory">[8].</param>
internal readonly struct TeamEntries(ArrayView<Float4> memory)
{
    private readonly ArrayView<Float4> _memory = memory;

    /// <summary>What is known of a play.</summary>
    public TeamEntry this[int entry] => TeamEntry.Of(_memory[entry]);

    /// <summary>Looks up plays for Σ gram·y yᵀ = Σ (√gram·y)(√gram·y)ᵀ; lane = one play.</summary>
    /// <param name="arguments">The plays.</param>
    /// <param name="row">The row.</param>
    /// <param name="offset">The stage's first play, counted within the row.</param>
    /// <param name="place">The thread.</param>
    /// <param name="sign">1 for the plays whose gram is positive, and for the right side; -1 for those whose gram is negative.</param>
    public void LookUp(in RowSolveArguments arguments, in TeamRow row, int offset, in TeamPlace place, float sign)
    {
        if (place.Lane >= TeamLayout.StageRows) return;
        var known = Float4.Zero;
        var number = offset + place.Lane;
        if (number < row.Length) known = TeamEntry.Of(arguments, row.First + number, sign).Packed;
        _memory[place.Lane] = known;
    }

    /// <summary>Looks up plays for A x - b, where y stays as it is; lane = one play.</summary>
    public void LookUpPlain(in RowSolveArguments arguments, in TeamRow row, int offset, in TeamPlace place)
    {
        if (place.Lane >= TeamLayout.StageRows) return;
        var known = Float4.Zero;
        var number = offset + place.Lane;
        if (number < row.Length)
        {
            var value = arguments.Values[row.First + number];
            known = new Float4(Interop.IntAsFloat((uint)arguments.Indices[row.First + number]), 1, arguments.Gram(value), arguments.Rhs(value));
        }

        _memory[place.Lane] = known;
    }

    /// <summary>Weights of the right side become gram·(y·x) - rhs, the part of A x - b that runs along y; lane = one play.</summary>
    public void WeighResidual(in TeamStage stage, in TeamPlace place)
    {
        if (place.Lane >= TeamLayout.StageRows) return;
        var known = _memory[place.Lane];
        _memory[place.Lane] = new Float4(known.X, known.Y, known.Z, (known.Z * stage.DotSolution(place.Lane)) - known.W);
    }
}
