using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// What a lane knows of the two of eight plays whose factors it loads, and of how they were looked up: 32 at a time, one a lane.
/// </summary>
internal struct TensorPlays
{
    /// <summary>Plays that a warp looks up at a time.</summary>
    public const int Width = 32;

    /// <summary>Plays that a warp multiplies at a time.</summary>
    public const int Depth = 8;

    private const float SplitFactor = (1 << 13) + 1;

    /// <summary>Rows of y.</summary>
    public int Column, LaterColumn;

    /// <summary>√gram.</summary>
    public float Scale, LaterScale;

    /// <summary>√gram·(2¹³ + 1), for the rounding.</summary>
    public float Split, LaterSplit;

    /// <summary>Weights of the scaled rows on the right side.</summary>
    public float Right, LaterRight;

    /// <summary>Takes from the lanes that looked them up the plays that this lane loads.</summary>
    /// <param name="known">What this lane looked up.</param>
    /// <param name="first">The first of eight plays, counted within the 32.</param>
    /// <param name="q">Which two of the eight.</param>
    public static TensorPlays From(TeamEntry known, int first, int q)
    {
        var (scale, laterScale) = (Warp.Shuffle(known.Scale, first + q), Warp.Shuffle(known.Scale, first + q + 4));
        return new TensorPlays
        {
            Column = Warp.Shuffle(known.Column, first + q),
            LaterColumn = Warp.Shuffle(known.Column, first + q + 4),
            Scale = scale,
            LaterScale = laterScale,
            Split = SplitFactor * scale,
            LaterSplit = SplitFactor * laterScale,
            Right = Warp.Shuffle(known.Right, first + q),
            LaterRight = Warp.Shuffle(known.Right, first + q + 4),
        };
    }
}
