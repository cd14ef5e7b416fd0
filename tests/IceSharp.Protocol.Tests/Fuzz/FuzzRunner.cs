using System.Globalization;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Tests.Fuzz;

/// <summary>Feeds mutants of the corpus to codec and stream framing, all in this process, the same ones for the same seed.</summary>
internal sealed class FuzzRunner(ulong seed, IReadOnlyList<byte[]> seeds)
{
    private const int GuardBytes = 64;
    private const int DeepEvery = 16;
    private const int StreamEvery = 4;

    private readonly byte[] _low = new byte[FuzzMutator.MaxBytes + (2 * GuardBytes)];
    private readonly byte[] _high = new byte[FuzzMutator.MaxBytes + (2 * GuardBytes)];

    /// <summary>Inputs that were well-formed messages, so that a run can tell that it got past the door.</summary>
    public int WellFormed { get; private set; }

    /// <summary>Runs inputs.</summary>
    /// <param name="count">How many.</param>
    /// <param name="watch">Sees each input, for collecting; null for none.</param>
    /// <exception cref="FuzzFailureException">Something does not hold; the message says seed, number and bytes of the input.</exception>
    public void Run(long count, Action<ReadOnlySpan<byte>>? watch = null)
    {
        var random = new FuzzRandom(seed);
        var mutator = new FuzzMutator(seeds, random);
        using var codec = new CodecTarget();
        var stream = new StreamTarget();
        for (long i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> input = mutator.Next();
            try
            {
                CheckBetweenGuards(codec, input, deep: i % DeepEvery == 0);
                if (i % StreamEvery == 0)
                {
                    stream.Check(input, random);
                }
            }
            catch (Exception exception)
            {
                throw new FuzzFailureException(string.Create(CultureInfo.InvariantCulture, $"Seed {seed}, input {i}: {exception.Message} {Convert.ToHexStringLower(input)} {exception}"));
            }

            watch?.Invoke(input);
        }
    }

    // Twice, with other bytes around it: whoever reads outside of the input reads something else the second time, or damages the guards.
    private void CheckBetweenGuards(CodecTarget codec, ReadOnlySpan<byte> input, bool deep)
    {
        ulong first = codec.Check(Place(_low, 0x00, input), deep);
        ulong second = codec.Check(Place(_high, 0xFF, input), deep);
        FuzzFailureException.Unless(first == second, "the outcome hangs on bytes outside of the input");
        FuzzFailureException.Unless(IsWhole(_low, 0x00, input) && IsWhole(_high, 0xFF, input), "the input or the bytes around it were written to");
        WellFormed += StunReader.TryParse(input, out _) == StunParseStatus.Ok ? 1 : 0;
    }

    private static ReadOnlySpan<byte> Place(byte[] buffer, byte guard, ReadOnlySpan<byte> input)
    {
        buffer.AsSpan(0, GuardBytes).Fill(guard);
        input.CopyTo(buffer.AsSpan(GuardBytes));
        buffer.AsSpan(GuardBytes + input.Length, GuardBytes).Fill(guard);
        return buffer.AsSpan(GuardBytes, input.Length);
    }

    private static bool IsWhole(byte[] buffer, byte guard, ReadOnlySpan<byte> input) =>
        !buffer.AsSpan(0, GuardBytes).ContainsAnyExcept(guard)
        && buffer.AsSpan(GuardBytes, input.Length).SequenceEqual(input)
        && !buffer.AsSpan(GuardBytes + input.Length, GuardBytes).ContainsAnyExcept(guard);
}
