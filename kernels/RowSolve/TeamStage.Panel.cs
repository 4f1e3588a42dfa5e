namespace GpuAls.Kernels;

/// <content>The steps of the factorization and of the two substitutions.</content>
internal readonly partial struct TeamStage
{
    /// <summary>Stores a quarter of a factored diagonal tile: 0 for A, 1 for B, 2 for D. C is not used.</summary>
    public void SetDiagonal(int step, int quarter, Tile4 value)
    {
        var rows = _memory.SubView(Diagonal(step) + (4 * quarter), 4);
        rows[0] = value.R0;
        rows[1] = value.R1;
        rows[2] = value.R2;
        rows[3] = value.R3;
    }

    /// <summary>b = L⁻¹ b for one block of eight, using a factored diagonal tile.</summary>
    public void SolveForward(int step)
    {
        var low = TileCholesky.Forward(Right[2 * step], Quarter(Diagonal(step)));
        var rest = Right[(2 * step) + 1].Plus(Quarter(Diagonal(step) + 4).Times(low).Scaled(-1));
        Right[2 * step] = low;
        Right[(2 * step) + 1] = TileCholesky.Forward(rest, Quarter(Diagonal(step) + 8));
    }

    /// <summary>
    /// b = L⁻ᵀ b for one block of eight, using a factored diagonal tile. Σ |x| accumulates from the last block to the
    /// first.
    /// </summary>
    public void SolveBackward(int step)
    {
        var high = TileCholesky.Backward(Right[(2 * step) + 1], Quarter(Diagonal(step) + 8));
        var rest = Right[2 * step].Plus(Quarter(Diagonal(step) + 4).TransposedTimes(high).Scaled(-1));
        var low = TileCholesky.Backward(rest, Quarter(Diagonal(step)));
        Right[(2 * step) + 1] = high;
        Right[2 * step] = low;
        var size = low.Size() + high.Size();
        if ((2 * step) + 2 < _rank4) size += Sizes[(2 * step) + 2].X;
        Sizes[2 * step] = new Float4(size, 0, 0, 0);
    }

    /// <summary>
    /// Subtracts the staged panel from the rest of b, four factors per thread. Starts with the threads of the last
    /// tiles, which have the least other work.
    /// </summary>
    public void TakePanel(int step, in TeamThread thread)
    {
        var part = thread.Lanes - 1 - thread.Lane;
        if (part >= (2 * step) + 2 && part < _rank4) TakeColumn(Vectors(part / 2, part & 1), step, part);
    }

    /// <summary>b[part] -= X x[step], for four rows of X, given by its columns.</summary>
    public void TakeColumn(in Float4x8 x, int step, int part)
    {
        var (low, high) = (Right[2 * step], Right[(2 * step) + 1]);
        var sum = x.V0.Scaled(low.X).Plus(x.V1.Scaled(low.Y)).Plus(x.V2.Scaled(low.Z)).Plus(x.V3.Scaled(low.W));
        sum = sum.Plus(x.V4.Scaled(high.X)).Plus(x.V5.Scaled(high.Y))
            .Plus(x.V6.Scaled(high.Z)).Plus(x.V7.Scaled(high.W));
        Right[part] = Right[part].Plus(sum.Scaled(-1));
    }

    /// <summary>b[row] -= tile x[step], for one block of eight.</summary>
    public void TakeColumn(in Tile8 tile, int step, int row)
    {
        var (low, high) = tile.Times(Right[2 * step], Right[(2 * step) + 1]);
        Right[2 * row] = Right[2 * row].Plus(low.Scaled(-1));
        Right[(2 * row) + 1] = Right[(2 * row) + 1].Plus(high.Scaled(-1));
    }

    /// <summary>b[column] -= tileᵀ x[step], for one block of eight.</summary>
    public void TakeRow(in Tile8 tile, int step, int column)
    {
        var (low, high) = tile.TransposedTimes(Right[2 * step], Right[(2 * step) + 1]);
        Right[2 * column] = Right[2 * column].Plus(low.Scaled(-1));
        Right[(2 * column) + 1] = Right[(2 * column) + 1].Plus(high.Scaled(-1));
    }

    /// <summary>b[column] -= Xᵀ x[step], for one block of eight and X given by the halves of its columns.</summary>
    public void TakeRow(in Float4x8 low, in Float4x8 high, int step, int column)
    {
        var (a, b) = (Right[2 * step], Right[(2 * step) + 1]);
        var first = new Float4(
            low.V0.Dot(a) + high.V0.Dot(b), low.V1.Dot(a) + high.V1.Dot(b),
            low.V2.Dot(a) + high.V2.Dot(b), low.V3.Dot(a) + high.V3.Dot(b));
        var second = new Float4(
            low.V4.Dot(a) + high.V4.Dot(b), low.V5.Dot(a) + high.V5.Dot(b),
            low.V6.Dot(a) + high.V6.Dot(b), low.V7.Dot(a) + high.V7.Dot(b));
        Right[2 * column] = Right[2 * column].Plus(first.Scaled(-1));
        Right[(2 * column) + 1] = Right[(2 * column) + 1].Plus(second.Scaled(-1));
    }

    /// <summary>
    /// Solves X·Lᵀ = tile for a tile below a factored one, and stores X in the panel: column k of X is part of vector
    /// k.
    /// </summary>
    public Tile8 MakePanel(Tile8 tile, int row, int step)
    {
        var (top, bottom) = (Part(row, 0), Part(row, 1));
        var first = Quarter(Diagonal(step));
        tile.A = TileCholesky.SolveBelow(tile.A, first);
        tile.B = TileCholesky.SolveBelow(tile.B, first);
        tile.A.StoreTransposed(top.SubView(0, 4));
        tile.B.StoreTransposed(bottom.SubView(0, 4));
        var below = Quarter(Diagonal(step) + 4);
        tile.C.SubtractProduct(tile.A, below);
        tile.D.SubtractProduct(tile.B, below);
        var second = Quarter(Diagonal(step) + 8);
        tile.C = TileCholesky.SolveBelow(tile.C, second);
        tile.D = TileCholesky.SolveBelow(tile.D, second);
        tile.C.StoreTransposed(top.SubView(4, 4));
        tile.D.StoreTransposed(bottom.SubView(4, 4));
        return tile;
    }
}
