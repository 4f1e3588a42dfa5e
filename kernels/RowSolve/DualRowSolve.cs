using ILGPU;
using ILGPU.Algorithms;

namespace GpuAls.Kernels;

/// <summary>
/// Solves rows with few plays by the Woodbury identity. With P = α₀·YᵀY + λI, Ŷ the rows √gram·y of the n plays and
/// b̂ = rhs/√gram,
/// <code>x = (P + ŶᵀŶ)⁻¹ Ŷᵀ b̂ = P⁻¹ Ŷᵀ z,  (I + Ŷ P⁻¹ Ŷᵀ) z = b̂</code>
/// so there are n unknowns instead of rank. This is exact. y comes in the eigenbasis of YᵀY, in which P is diagonal for
/// every λ; x leaves in the same basis. The matrix is factored as by <see cref="TeamRowSolve"/>. A row with a negative
/// gram, or whose matrix is ill-conditioned, asks to be solved through its normal equation.
/// </summary>
internal static class DualRowSolve
{
    // Group = rows, strided over the grid; team = one row; thread = one 8×8 tile of the lower triangle.
    public static void SolveDual(RowSolveArguments arguments)
    {
        var teams = arguments.Layout.Teams;
        var thread = TeamThread.Of(arguments.Layout, arguments.Rank4 / 2, 0);
        var gather = DualGather.Of(arguments.Layout, thread.Lane);
        var group = TeamGroup.Of(arguments, thread.Team);
        for (var first = Grid.IdxX * teams; first < arguments.TaskCount; first += Grid.DimX * teams)
            SolveRows(arguments, group, thread, gather, TeamRow.OfSorted(arguments, first, thread.Team));
    }

    private static void SolveRows(
        RowSolveArguments arguments, in TeamGroup group, in TeamThread thread, in DualGather gather, in TeamRow row)
    {
        var stage = group.Stage;
        arguments.Rank = row.Length > 0 ? row.Length : 1; // the others are padding
        Group.Barrier(); // all threads have used the flags and the plays of the previous rows
        if (thread.Lane == 0) group.Flags.Clear(thread.Team);
        LookUp(arguments, stage, thread, row);
        for (var play = thread.Lane; play < Float4.Width * arguments.Rank4; play += thread.Lanes)
            for (var plane = 0; play >= row.Length && plane < arguments.Layout.Planes; plane++)
                stage.SetFactors(play, plane, Float4.Zero);
        Group.Barrier();
        var tile = Tile8.Zero;

        // Of 1 : 0, ILGPU would take the bits of the bool.
        tile.AddToDiagonal(thread.IsDiagonal ? 1f : 0f);
        tile = AddPlays(tile, arguments, stage, thread, gather, row);
        TeamRowSolve.Solve(arguments, group, tile, thread, row);
        Store(arguments, group, thread, row);
    }

    /// <summary>Looks up the plays, and sets the right side. Past the last play, plays have no weight.</summary>
    private static void LookUp(
        in RowSolveArguments arguments, in TeamStage stage, in TeamThread thread, in TeamRow row)
    {
        var (plays, right) = (stage.Plays, stage.Right.Cast<float>());
        for (var play = thread.Lane; play < Float4.Width * arguments.Rank4; play += thread.Lanes)
        {
            var known = new TeamEntry(0, 0, 0, 0);
            if (play < row.Length) known = TeamEntry.Of(arguments, row.First + play, 1);
            right[play] = known.Right;

            // The root of a negative gram is NaN, with which no pivot is positive.
            var scale = known.Gram < 0 ? XMath.Rsqrt(known.Gram) : known.Scale;
            plays[play] = new TeamEntry(known.Column, scale, known.Gram, known.Right).Packed;
        }
    }

    /// <summary>tile + Ŷ P⁻¹ Ŷᵀ.</summary>
    private static Tile8 AddPlays(
        Tile8 tile, in RowSolveArguments arguments, in TeamStage stage, in TeamThread thread, in DualGather gather,
        in TeamRow row)
    {
        var lambda = arguments.Regularization[row.Index];
        for (var first = 0; first < arguments.Factors4; first += arguments.Layout.Planes)
        {
            gather.Load(arguments, stage, row, first, lambda);
            Group.Barrier();
            for (var plane = 0; plane < arguments.Layout.Planes; plane += TeamLayout.LeastPlanes)
                tile = stage.AddProducts(tile, thread.Row, thread.Column, plane);

            Group.Barrier();
        }

        return tile;
    }

    /// <summary>Writes x = P⁻¹ Σ z·√gram·y, or zeros if the row has no plays or no solution, and its status.</summary>
    private static void Store(
        in RowSolveArguments arguments, in TeamGroup group, in TeamThread thread, in TeamRow row)
    {
        if (!row.Exists) return;
        var isUnsolved = row.Length > 0 && group.Flags.HasFailed(thread.Team);
        var plays = isUnsolved ? 0 : row.Length;
        var lambda = arguments.Regularization[row.Index];
        var target = (long)(arguments.IsRotated != 0 ? row.Task : arguments.FirstTargetRow + row.Index)
            * arguments.Factors4;
        for (var part = thread.Lane; part < arguments.Factors4; part += thread.Lanes)
        {
            var root = DualGather.Root(arguments, part, lambda);
            arguments.Target[target + part] =
                Sum(arguments, group.Stage, plays, part).Times(root).Times(root);
        }

        if (thread.Lane == 0)
            arguments.Status[row.Index] =
                isUnsolved ? RowSolveStatus.AsksForNormalEquation : RowSolveStatus.Solved;
    }

    /// <summary>Four factors of Σ z·√gram·y.</summary>
    private static Float4 Sum(in RowSolveArguments arguments, in TeamStage stage, int plays, int part)
    {
        var (entries, z) = (stage.Plays, stage.Right.Cast<float>());
        var sum = Float4.Zero;
        for (var play = 0; play < plays; play++)
        {
            var entry = TeamEntry.Of(entries[play]);
            sum = sum.Plus(
                arguments.Fixed[((long)entry.Column * arguments.Factors4) + part].Scaled(entry.Scale * z[play]));
        }

        return sum;
    }
}

/// <summary>Which factors of which plays a thread gathers, each multiplied by √gram and P^(-1/2).</summary>
internal struct DualGather
{
    /// <summary>The first plane, and the step to the next one.</summary>
    public int Plane, PlaneStep;

    /// <summary>The first play, and the step to the next one. A thread that gathers none starts past the end.</summary>
    public int Play, PlayStep;

    /// <param name="layout">Layout of the group's shared memory.</param>
    /// <param name="lane">Index of the thread within its team.</param>
    public static DualGather Of(in TeamLayout layout, int lane)
    {
        var lanes = Group.DimX / layout.Teams; // of every team, though some have one more
        var across = IntrinsicMath.Min(layout.Planes, lanes);
        var down = lanes / across;
        var play = lane / across;
        return new DualGather
        {
            Plane = lane - (play * across),
            PlaneStep = across,
            Play = play < down ? play : int.MaxValue,
            PlayStep = down,
        };
    }

    /// <summary>P^(-1/2) of four factors.</summary>
    public static Float4 Root(in RowSolveArguments arguments, int part, float lambda)
    {
        var diagonal = arguments.Diagonal[part];
        return new Float4(
            XMath.Rsqrt(diagonal.X + lambda), XMath.Rsqrt(diagonal.Y + lambda),
            XMath.Rsqrt(diagonal.Z + lambda), XMath.Rsqrt(diagonal.W + lambda));
    }

    /// <summary>Stages the factors of all plays from a Float4 onwards; zeros past the last one.</summary>
    public readonly void Load(
        in RowSolveArguments arguments, in TeamStage stage, in TeamRow row, int first, float lambda)
    {
        var plays = stage.Plays;
        for (var plane = Plane; plane < arguments.Layout.Planes; plane += PlaneStep)
        {
            var exists = first + plane < arguments.Factors4;
            var part = exists ? first + plane : 0;
            var root = exists ? Root(arguments, part, lambda) : Float4.Zero;
            for (var play = Play; play < row.Length; play += 4 * PlayStep)
            {
                // Four at a time, so that all loads are in flight before the first is needed.
                var (second, third, fourth) = (play + PlayStep, play + (2 * PlayStep), play + (3 * PlayStep));
                var last = row.Length - 1;
                var e0 = TeamEntry.Of(plays[play]);
                var e1 = TeamEntry.Of(plays[IntrinsicMath.Min(second, last)]);
                var e2 = TeamEntry.Of(plays[IntrinsicMath.Min(third, last)]);
                var e3 = TeamEntry.Of(plays[IntrinsicMath.Min(fourth, last)]);
                var (y0, y1) = (Factors(arguments, e0, part), Factors(arguments, e1, part));
                var (y2, y3) = (Factors(arguments, e2, part), Factors(arguments, e3, part));
                stage.SetFactors(play, plane, y0.Times(root).Scaled(e0.Scale));
                if (second <= last) stage.SetFactors(second, plane, y1.Times(root).Scaled(e1.Scale));
                if (third <= last) stage.SetFactors(third, plane, y2.Times(root).Scaled(e2.Scale));
                if (fourth <= last) stage.SetFactors(fourth, plane, y3.Times(root).Scaled(e3.Scale));
            }
        }
    }

    private static Float4 Factors(in RowSolveArguments arguments, in TeamEntry entry, int part) =>
        arguments.Fixed[((long)entry.Column * arguments.Factors4) + part];
}
