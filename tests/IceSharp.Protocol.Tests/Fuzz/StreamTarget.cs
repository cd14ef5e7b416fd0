using IceSharp.Protocol.Framing;

namespace IceSharp.Protocol.Tests.Fuzz;

/// <summary>Stream framing under fuzz: bounded whatever comes, and the same frames however the stream is cut.</summary>
internal sealed class StreamTarget
{
    private const int MaxFrameBytes = 600;

    /// <summary>Checks an input that is cut by <paramref name="cuts"/>.</summary>
    public ulong Check(ReadOnlySpan<byte> input, FuzzRandom cuts)
    {
        ulong whole = Run(input, input.Length, null, out string failure);
        FuzzFailureException.Unless(failure.Length == 0, failure);
        ulong cut = Run(input, 1 + cuts.Below(64), cuts, out failure);
        FuzzFailureException.Unless(failure.Length == 0, failure);
        FuzzFailureException.Unless(whole == cut, "the frames hang on how the stream is cut");
        return whole;
    }

    /// <summary>The frames of an input, and how it ends.</summary>
    public static string Describe(ReadOnlySpan<byte> input)
    {
        var framer = new StreamFramer(MaxFrameBytes);
        framer.Append(input);
        var words = new List<string>();
        StreamFrameStatus status;
        while ((status = framer.TryRead(out StreamFrame frame)) == StreamFrameStatus.Frame)
        {
            words.Add($"{frame.Kind}:{frame.Bytes.Length}");
        }

        return string.Join(' ', words.Append($"{status}"));
    }

    private static ulong Run(ReadOnlySpan<byte> input, int chunk, FuzzRandom? cuts, out string failure)
    {
        var framer = new StreamFramer(MaxFrameBytes);
        ulong digest = 14695981039346656037;
        failure = "";
        StreamFrameStatus status = StreamFrameStatus.NeedMore;
        int taken = 0;
        for (int used = 0; used < input.Length && status == StreamFrameStatus.NeedMore;)
        {
            int count = Math.Min(cuts is null ? chunk : 1 + cuts.Below(chunk), input.Length - used);
            framer.Append(input.Slice(used, count));
            used += count;
            while ((status = framer.TryRead(out StreamFrame frame)) == StreamFrameStatus.Frame)
            {
                if (frame.Bytes.Length is < 4 or > MaxFrameBytes || (taken += frame.Bytes.Length) > used || input[..used].IndexOf(frame.Bytes) < 0)
                {
                    failure = "a frame that is not in the stream";
                    return 0;
                }

                digest = (digest ^ (ulong)frame.Kind ^ ((ulong)frame.Bytes.Length << 8) ^ ((ulong)frame.Bytes[^1] << 32)) * 1099511628211;
            }

            if (framer.BufferedBytes > (status == StreamFrameStatus.NeedMore ? MaxFrameBytes : 0))
            {
                failure = $"{framer.BufferedBytes} bytes are kept";
                return 0;
            }
        }

        if (status != StreamFrameStatus.NeedMore)
        {
            framer.Append(input);
            if (framer.BufferedBytes != 0 || framer.TryRead(out _) != status)
            {
                failure = "a failed stream came back";
                return 0;
            }
        }

        return (digest ^ (ulong)status) * 1099511628211;
    }
}
