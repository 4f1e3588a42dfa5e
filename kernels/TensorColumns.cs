using ILGPU;

namespace GpuAls.Kernels;

/// <summary>Where a lane finds its factors of 64 in a row of y: two of each sixteen.</summary>
internal struct TensorColumns
{
    private ArrayView<Float2> _fixed;
    private int _rank2;
    private int _part0, _part1, _part2, _part3;

    /// <param name="arguments">y.</param>
    /// <param name="first">The first of the 64.</param>
    /// <param name="g">The lane's pair of each sixteen.</param>
    public static TensorColumns Of(in RowSolveArguments arguments, int first, int g)
    {
        var part = (first / 2) + g;
        var last = (2 * arguments.Rank4) - 1; // what is loaded twice is multiplied, but never stored
        return new TensorColumns
        {
            _fixed = arguments.Fixed.Cast<Float2>(),
            _rank2 = 2 * arguments.Rank4,
            _part0 = Math.Min(part, last),
            _part1 = Math.Min(part + 8, last),
            _part2 = Math.Min(part + 16, last),
            _part3 = Math.Min(part + 24, last),
        };
    }

    public readonly TensorFragment Load0(in TensorPlays plays) => Load(plays, _part0);

    public readonly TensorFragment Load1(in TensorPlays plays) => Load(plays, _part1);

    public readonly TensorFragment Load2(in TensorPlays plays) => Load(plays, _part2);

    public readonly TensorFragment Load3(in TensorPlays plays) => Load(plays, _part3);

    private readonly TensorFragment Load(in TensorPlays plays, int part) => TensorFragment.Of(
        _fixed[((long)plays.Column * _rank2) + part], _fixed[((long)plays.LaterColumn * _rank2) + part], plays);
}
