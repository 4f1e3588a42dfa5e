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

    /// <summary>Looks up plays for Σ gram·y yᵀ = Σ (√gram·y)(√gram·y)ᵀ; lane = one play, or every so many where there are fewer lanes.</summary>
    /// <param name="arguments">The plays.</param>
    /// <param name="row">The row.</param>
    /// <param name="offset">The stage's first play, counted within the row.</param>
    /// <param name="place">The thread.</param>
    /// <param name="sign">1 for the plays whose gram is positive, and for the right side; -1 for those whose gram is negative.</param>
    public void LookUp(in RowSolveArguments arguments, in TeamRow row, int offset, in TeamPlace place, float sign)
    {
        if (place.Lane >= TeamLayout.StageRows) return;
        var number = offset + place.Lane;
        do // most ranks have more lanes than plays, and no second turn
        {
            var known = Float4.Zero;
            if (number < row.Length) known = TeamEntry.Of(arguments, row.First + number, sign).Packed;
            _memory[number - offset] = known;
            number += place.Lanes;
        }
        while (number - offset < TeamLayout.StageRows);
    }

    /// <summary>Looks up plays for A x - b, where y stays as it is.</summary>
    public void LookUpPlain(in RowSolveArguments arguments, in TeamRow row, int offset, in TeamPlace place)
    {
        for (var entry = place.Lane; entry < TeamLayout.StageRows; entry += place.Lanes)
        {
            var known = Float4.Zero;
            if (offset + entry < row.Length)
            {
                var play = row.First + offset + entry;
                var value = arguments.Values[play];
                known = new Float4(Interop.IntAsFloat((uint)arguments.Indices[play]), 1, arguments.Gram(value), arguments.Rhs(value));
            }

            _memory[entry] = known;
        }
    }

    /// <summary>Weights of the right side become gram·(y·x) - rhs, the part of A x - b that runs along y.</summary>
    public void WeighResidual(in TeamStage stage, in TeamPlace place)
    {
        for (var entry = place.Lane; entry < TeamLayout.StageRows; entry += place.Lanes)
        {
            var known = _memory[entry];
            _memory[entry] = new Float4(known.X, known.Y, known.Z, (known.Z * stage.DotSolution(entry)) - known.W);
        }
    }
}
