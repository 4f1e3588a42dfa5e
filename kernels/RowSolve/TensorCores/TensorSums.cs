using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// Σ gram·y yᵀ over a row's plays on tensor cores, stored in the layout of <see cref="SegmentSums"/>. y is rounded to
/// tf32 on both sides of the equation: the row is solved exactly for factors with a relative error of at most 2⁻¹², and
/// A stays positive definite. A warp loads each factor once, straight into the registers that multiply it.
/// </summary>
internal static class TensorSums
{
    // Group = segments, strided over the grid; warp = one job after another.
    public static void Kernel(RowSolveArguments arguments)
    {
        TensorSquares.Declare();
        var jobs = TensorJob.Count(arguments.Rank4);
        var (warp, warps) = (Group.IdxX / Warp.WarpSize, Group.DimX / Warp.WarpSize);
        for (var task = Grid.IdxX; task < arguments.TaskCount; task += Grid.DimX)
        {
            for (var job = warp; job < jobs; job += warps)
            {
                Sum(
                    arguments, TensorJob.Of(job, arguments.Rank4), arguments.Tasks[task],
                    SegmentSums.Of(arguments), task);
            }
        }
    }

    /// <summary>Sums the rows of all teams of the group into the group's own slots; the warps share the jobs.</summary>
    /// <param name="arguments">The rows.</param>
    /// <param name="firstTask">The row of team 0.</param>
    public static void SumTeams(in RowSolveArguments arguments, int firstTask)
    {
        var (teams, jobs) = (arguments.Layout.Teams, TensorJob.Count(arguments.Rank4));
        var sums = SegmentSums.Of(arguments);
        for (var work = Group.IdxX / Warp.WarpSize; work < teams * jobs; work += Group.DimX / Warp.WarpSize)
        {
            var team = work / jobs;
            if (firstTask + team < arguments.TaskCount)
            {
                Sum(
                    arguments, TensorJob.Of(work - (team * jobs), arguments.Rank4), arguments.Tasks[firstTask + team],
                    sums, Slot(arguments, team));
            }
        }

        GlobalMemory.Barrier(); // the sums are visible to all threads
    }

    /// <summary>The slot for the sums of one of this group's teams.</summary>
    public static int Slot(in RowSolveArguments arguments, int team) => (Grid.IdxX * arguments.Layout.Teams) + team;

    /// <summary>Sums one job of a row or of a segment.</summary>
    /// <param name="arguments">The plays and y.</param>
    /// <param name="job">The part of the triangle to sum.</param>
    /// <param name="task">The plays.</param>
    /// <param name="sums">Receives the sums.</param>
    /// <param name="number">Index of their slot.</param>
    public static void Sum(
        in RowSolveArguments arguments, in TensorJob job, RowTask task, in SegmentSums sums, int number)
    {
        TensorSquares.Clear();
        if (job.IsDiagonal)
        {
            if (arguments.GramOffset < 0)
            {
                SumDiagonal(arguments, job, task, -1);
                TensorSquares.Negate();
            }

            TensorRight.Store(SumDiagonal(arguments, job, task, 1), sums, job, number, arguments.Rank4);
            StoreDiagonal(sums, job, number, arguments.Rank4 / 2);
            return;
        }

        if (arguments.GramOffset < 0)
        {
            SumBelow(arguments, job, task, -1);
            TensorSquares.Negate();
        }

        SumBelow(arguments, job, task, 1);
        StoreBelow(sums, job, number, arguments.Rank4 / 2);
    }

    /// <summary>Sums a diagonal block and its part of the right side.</summary>
    /// <param name="arguments">The plays and y.</param>
    /// <param name="job">The block.</param>
    /// <param name="task">The plays.</param>
    /// <param name="sign">1 for plays with positive gram, -1 for plays with negative gram.</param>
    private static TensorRight SumDiagonal(
        in RowSolveArguments arguments, in TensorJob job, RowTask task, float sign) =>
        job.FirstRow + (TensorJob.Width / 2) < Float4.Width * arguments.Rank4
            ? SumWide(arguments, job, task, sign) : SumNarrow(arguments, job, task, sign);

    /// <summary>Sums the three squares of a block that is half padding.</summary>
    private static TensorRight SumNarrow(in RowSolveArguments arguments, in TensorJob job, RowTask task, float sign)
    {
        var right = new TensorRight();
        var rows = TensorColumns.Of(arguments, job.FirstRow, job.G);
        for (var offset = 0; offset < task.Length; offset += TensorPlays.Width)
        {
            var known = LookUp(arguments, task, offset, sign);
            for (var first = 0; first < TensorPlays.Width && offset + first < task.Length; first += TensorPlays.Depth)
            {
                var plays = TensorPlays.From(known, first, job.Q);
                var (a, b) = (rows.Load0(plays), rows.Load1(plays));
                right.Add(a, b, plays);
                TensorSquares.Add0(a, a);
                TensorSquares.Add1(b, a);
                TensorSquares.Add2(b, b);
            }
        }

        return right;
    }

    /// <summary>Sums the ten squares of a block.</summary>
    private static TensorRight SumWide(in RowSolveArguments arguments, in TensorJob job, RowTask task, float sign)
    {
        var right = new TensorRight();
        var rows = TensorColumns.Of(arguments, job.FirstRow, job.G);
        for (var offset = 0; offset < task.Length; offset += TensorPlays.Width)
        {
            var known = LookUp(arguments, task, offset, sign);
            for (var first = 0; first < TensorPlays.Width && offset + first < task.Length; first += TensorPlays.Depth)
            {
                var plays = TensorPlays.From(known, first, job.Q);
                var (a, b, c, d) = (rows.Load0(plays), rows.Load1(plays), rows.Load2(plays), rows.Load3(plays));
                right.Add(a, b, plays);
                right.AddLater(c, d, plays);
                TensorSquares.Add0(a, a);
                TensorSquares.Add1(b, a);
                TensorSquares.Add2(b, b);
                TensorSquares.Add3(c, a);
                TensorSquares.Add4(c, b);
                TensorSquares.Add5(c, c);
                TensorSquares.Add6(d, a);
                TensorSquares.Add7(d, b);
                TensorSquares.Add8(d, c);
                TensorSquares.Add9(d, d);
            }
        }

        return right;
    }

    /// <summary>Sums the eight squares of half a block below the diagonal.</summary>
    private static void SumBelow(in RowSolveArguments arguments, in TensorJob job, RowTask task, float sign)
    {
        var rows = TensorColumns.Of(arguments, job.FirstRow, job.G);
        var columns = TensorColumns.Of(arguments, job.FirstColumn, job.G);
        for (var offset = 0; offset < task.Length; offset += TensorPlays.Width)
        {
            var known = LookUp(arguments, task, offset, sign);
            for (var first = 0; first < TensorPlays.Width && offset + first < task.Length; first += TensorPlays.Depth)
            {
                var plays = TensorPlays.From(known, first, job.Q);
                var (a, b, c, d) = (rows.Load0(plays), rows.Load1(plays), rows.Load2(plays), rows.Load3(plays));
                var (e, f) = (columns.Load0(plays), columns.Load1(plays));
                TensorSquares.Add0(a, e);
                TensorSquares.Add1(a, f);
                TensorSquares.Add2(b, e);
                TensorSquares.Add3(b, f);
                TensorSquares.Add4(c, e);
                TensorSquares.Add5(c, f);
                TensorSquares.Add6(d, e);
                TensorSquares.Add7(d, f);
            }
        }
    }

    private static TeamEntry LookUp(in RowSolveArguments arguments, RowTask task, int offset, float sign)
    {
        var number = offset + Warp.LaneIdx;
        return number < task.Length ? TeamEntry.Of(arguments, task.First + number, sign) : new TeamEntry(0, 0, 0, 0);
    }

    private static void StoreDiagonal(in SegmentSums sums, in TensorJob job, int number, int rank8)
    {
        SquarePosition.Of(job, 0, 0).Store(TensorSquares.Rows0(), sums, number, rank8);
        SquarePosition.Of(job, 1, 0).Store(TensorSquares.Rows1(), sums, number, rank8);
        SquarePosition.Of(job, 1, 1).Store(TensorSquares.Rows2(), sums, number, rank8);
        SquarePosition.Of(job, 2, 0).Store(TensorSquares.Rows3(), sums, number, rank8);
        SquarePosition.Of(job, 2, 1).Store(TensorSquares.Rows4(), sums, number, rank8);
        SquarePosition.Of(job, 2, 2).Store(TensorSquares.Rows5(), sums, number, rank8);
        SquarePosition.Of(job, 3, 0).Store(TensorSquares.Rows6(), sums, number, rank8);
        SquarePosition.Of(job, 3, 1).Store(TensorSquares.Rows7(), sums, number, rank8);
        SquarePosition.Of(job, 3, 2).Store(TensorSquares.Rows8(), sums, number, rank8);
        SquarePosition.Of(job, 3, 3).Store(TensorSquares.Rows9(), sums, number, rank8);
    }

    private static void StoreBelow(in SegmentSums sums, in TensorJob job, int number, int rank8)
    {
        SquarePosition.Of(job, 0, 0).Store(TensorSquares.Rows0(), sums, number, rank8);
        SquarePosition.Of(job, 0, 1).Store(TensorSquares.Rows1(), sums, number, rank8);
        SquarePosition.Of(job, 1, 0).Store(TensorSquares.Rows2(), sums, number, rank8);
        SquarePosition.Of(job, 1, 1).Store(TensorSquares.Rows3(), sums, number, rank8);
        SquarePosition.Of(job, 2, 0).Store(TensorSquares.Rows4(), sums, number, rank8);
        SquarePosition.Of(job, 2, 1).Store(TensorSquares.Rows5(), sums, number, rank8);
        SquarePosition.Of(job, 3, 0).Store(TensorSquares.Rows6(), sums, number, rank8);
        SquarePosition.Of(job, 3, 1).Store(TensorSquares.Rows7(), sums, number, rank8);
    }
}

/// <summary>
/// Like <see cref="TeamRowSolve"/> and <see cref="PanelRowSolve"/>, but warps first sum the plays on tensor cores. The
/// sums reach the threads that hold the tiles through global memory that the group reuses for every row, so it stays in
/// cache.
/// </summary>
internal static class TensorRowSolve
{
    // Group = rows, strided over the grid. Sums: warp = part of a row. Solve: team = one row; thread = one 8×8 tile.
    public static void Kernel(RowSolveArguments arguments)
    {
        TensorSquares.Declare();
        var teams = arguments.Layout.Teams;
        for (var first = Grid.IdxX * teams; first < arguments.TaskCount; first += Grid.DimX * teams)
        {
            TensorSums.SumTeams(arguments, first);
            var thread = TeamThread.Of(arguments.Layout, arguments.Rank4 / 2, 0);
            var group = TeamGroup.Of(arguments, thread.Team);
            TeamRowSolve.SolveSummed(arguments, group, thread, TeamRow.OfSorted(arguments, first, thread.Team));
        }
    }

    // Group = a task, strided over the grid. Sums: warp = part of the row. Solve: thread = one 8×8 tile of each panel.
    public static void PanelKernel(RowSolveArguments arguments)
    {
        TensorSquares.Declare();
        var columns = FactorColumns.OfGroup(arguments);
        var group = TeamGroup.Of(arguments, 0);
        for (var task = Grid.IdxX; task < arguments.TaskCount; task += Grid.DimX)
        {
            TensorSums.SumTeams(arguments, task);
            PanelRowSolve.SolveRow(arguments, group, columns, TeamRow.Of(arguments, task, 0));
        }
    }
}
