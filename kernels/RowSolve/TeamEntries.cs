using ILGPU;
using ILGPU.Algorithms;

namespace GpuAls.Kernels;

/// <summary>
/// What is known of the eight plays of a stage before their rows of y are gathered, in shared memory: of each its column, what its
/// row of y is multiplied with, the weight of the scaled row on the right side, and its weight on the left side.
/// A slot without a play has column 0 and weights of 0.
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
    /// <param name="thread">The thread.</param>
    /// <param name="sign">1 for the plays whose gram is positive, and for the right side; -1 for those whose gram is negative.</param>
    public void LookUp(in RowSolveArguments arguments, in TeamRow row, int offset, in TeamThread thread, float sign)
    {
        if (thread.Lane >= TeamLayout.StageRows) return;
        var number = offset + thread.Lane;
        do // most ranks have more lanes than plays, and no second turn
        {
            var known = Float4.Zero;
            if (number < row.Length) known = TeamEntry.Of(arguments, row.First + number, sign).Packed;
            _memory[number - offset] = known;
            number += thread.Lanes;
        }
        while (number - offset < TeamLayout.StageRows);
    }

    /// <summary>Looks up plays for A x - b, where y stays as it is.</summary>
    public void LookUpPlain(in RowSolveArguments arguments, in TeamRow row, int offset, in TeamThread thread)
    {
        for (var entry = thread.Lane; entry < TeamLayout.StageRows; entry += thread.Lanes)
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
    public void WeighResidual(in TeamStage stage, in TeamThread thread)
    {
        for (var entry = thread.Lane; entry < TeamLayout.StageRows; entry += thread.Lanes)
        {
            var known = _memory[entry];
            _memory[entry] = new Float4(known.X, known.Y, known.Z, (known.Z * stage.DotSolution(entry)) - known.W);
        }
    }
}

/// <summary>What is known of a play before its row of y is gathered.</summary>
/// <param name="column">The row of y.</param>
/// <param name="scale">What its row of y is multiplied with.</param>
/// <param name="gram">Its weight on the left side.</param>
/// <param name="right">The weight of the scaled row on the right side.</param>
internal readonly struct TeamEntry(int column, float scale, float gram, float right)
{
    /// <summary>The smallest square of a scale: so small that it adds nothing to A, and large enough to divide by.</summary>
    private const float SmallestGram = 1e-24f;

    /// <summary>The row of y.</summary>
    public readonly int Column = column;

    /// <summary>What its row of y is multiplied with.</summary>
    public readonly float Scale = scale;

    /// <summary>Its weight on the left side.</summary>
    public readonly float Gram = gram;

    /// <summary>The weight of the scaled row on the right side.</summary>
    public readonly float Right = right;

    /// <summary>As shared memory has it.</summary>
    public Float4 Packed => new(Interop.IntAsFloat((uint)Column), Scale, Gram, Right);

    /// <summary>Reads what shared memory has.</summary>
    public static TeamEntry Of(Float4 packed) => new((int)Interop.FloatAsInt(packed.X), packed.Y, packed.Z, packed.W);

    /// <summary>Looks up a play for Σ gram·y yᵀ = Σ (√gram·y)(√gram·y)ᵀ.</summary>
    /// <param name="arguments">The plays.</param>
    /// <param name="play">The play.</param>
    /// <param name="sign">1 for the plays whose gram is positive, and for the right side; -1 for those whose gram is negative.</param>
    public static TeamEntry Of(in RowSolveArguments arguments, long play, float sign)
    {
        var value = arguments.Values[play];
        var gram = sign * arguments.Gram(value);
        var square = gram > SmallestGram ? gram : SmallestGram;
        var inverse = XMath.Rsqrt(square); // not √ and ÷, whose rare cases are calls that cost registers
        return new TeamEntry(arguments.Indices[play], square * inverse, gram, sign > 0 ? arguments.Rhs(value) * inverse : 0);
    }
}
