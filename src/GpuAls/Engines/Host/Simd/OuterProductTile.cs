namespace GpuAls;

/// <summary>
/// The micro-kernel of the Gramian, the normal equations and Cholesky: C ±= Σₖ aₖ bₖᵀ for tiles of <see cref="Rows"/>
/// rows, kept in registers over all k: 8 × 2 vectors with 32 registers, 4 × 3 vectors with 16. Addresses: a[k, r] is a
/// + k·aStep + r·aRow, b[k, c] is b + k·bStep + c, and C[r, c] is c + r·cRow + c.
/// </summary>
internal static unsafe partial class OuterProductTile<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>
    /// Rows updated together. A tile has 16, 12 or 8 accumulators, enough (or nearly) to hide the latency of two FMA
    /// units.
    /// </summary>
    public const int Rows = 8;

    /// <summary>
    /// C += a bᵀ over the first <paramref name="columns"/> columns of b, a multiple of the vector width.
    /// </summary>
    public static void Add(
        float* a, nint aStep, nint aRow, float* b, nint bStep, int depth, float* c, nint cRow, int columns) =>
        Update<Adding>(a, aStep, aRow, b, bStep, depth, c, cRow, columns);

    /// <summary>
    /// C -= a bᵀ over the first <paramref name="columns"/> columns of b, a multiple of the vector width.
    /// </summary>
    public static void Subtract(
        float* a, nint aStep, nint aRow, float* b, nint bStep, int depth, float* c, nint cRow, int columns) =>
        Update<Subtracting>(a, aStep, aRow, b, bStep, depth, c, cRow, columns);

    /// <summary>C += a bᵀ in the upper triangle, and left of the diagonal where a vector includes it.</summary>
    /// <param name="a">[depth, stride].</param>
    /// <param name="b">[depth, stride].</param>
    /// <param name="depth">Number of products.</param>
    /// <param name="c">[stride, stride].</param>
    /// <param name="stride">Distance from one row to the next.</param>
    /// <param name="size">Number of rows and columns; a and b are zero from there to the next whole tile.</param>
    public static void AddUpperTriangle(float* a, float* b, int depth, float* c, int stride, int size)
    {
        for (var row = 0; row < size; row += Rows) AddUpperStrip(a, b, depth, c, stride, size, row);
    }

    /// <summary>The same for one strip of <see cref="Rows"/> rows.</summary>
    public static void AddUpperStrip(float* a, float* b, int depth, float* c, int stride, int size, int row)
    {
        var column = row / TSimd.Width * TSimd.Width;
        Add(
            a + row, stride, 1, b + column, stride, depth, c + ((long)row * stride) + column, stride,
            WholeVectors(size) - column);
    }

    /// <summary>The size rounded up to whole vectors and tiles.</summary>
    public static int WholeVectors(int size)
    {
        var step = Math.Max(Rows, TSimd.Width);
        return (size + step - 1) / step * step;
    }

    private static void Update<TSign>(
        float* a, nint aStep, nint aRow, float* b, nint bStep, int depth, float* c, nint cRow, int columns)
        where TSign : struct, ISign
    {
        var column = 0;
        if (TSimd.HasManyRegisters)
        {
            for (; column + (2 * TSimd.Width) <= columns; column += 2 * TSimd.Width)
                UpdateTwo<TSign>(a, aStep, aRow, b + column, bStep, depth, c + column, cRow);
        }
        else
        {
            for (; column + (3 * TSimd.Width) <= columns; column += 3 * TSimd.Width)
            {
                UpdateThree<TSign>(a, aStep, aRow, b + column, bStep, depth, c + column, cRow);
                UpdateThree<TSign>(
                    a + (4 * aRow), aStep, aRow, b + column, bStep, depth, c + column + (4 * cRow), cRow);
            }
        }

        for (; column < columns; column += TSimd.Width)
            UpdateOne<TSign>(a, aStep, aRow, b + column, bStep, depth, c + column, cRow);
    }

    /// <summary>A compile-time constant, so that the branch disappears.</summary>
    private interface ISign
    {
        static abstract bool Subtracts { get; }
    }

    private readonly struct Adding : ISign
    {
        public static bool Subtracts => false;
    }

    private readonly struct Subtracting : ISign
    {
        public static bool Subtracts => true;
    }
}
