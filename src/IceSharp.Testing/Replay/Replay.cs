using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>A recorded session of one agent: shows it as a timeline, and feeds its inputs to a new machine to see whether the outputs are the same.</summary>
/// <example><code>
/// Replay replay = Replay.Load("call.icereplay");
/// Console.WriteLine(replay.ToTimeline());
/// ReplayResult result = replay.Run();       // result.Difference says where another version of the machine acts differently
/// </code></example>
[Experimental("ICE0001")]
public sealed class Replay
{
    private Replay(IReadOnlyList<ReplayEntry> entries) => Entries = entries;

    /// <summary>Everything that was recorded, in order.</summary>
    public IReadOnlyList<ReplayEntry> Entries { get; }

    /// <summary>Reads a recording.</summary>
    /// <param name="path">A file that a <see cref="ReplayRecorder"/> has written.</param>
    /// <exception cref="FormatException">The file is no recording.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Replay Load(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Load(file);
    }

    /// <summary>Reads a recording.</summary>
    /// <param name="stream">What a <see cref="ReplayRecorder"/> has written; read to its end.</param>
    /// <exception cref="FormatException">It is no recording.</exception>
    public static Replay Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new Replay(ReplayReader.Read(stream));
    }

    /// <summary>Feeds the inputs to a new machine and compares each output.</summary>
    /// <remarks>Uses nothing but the recording: no clock, no network, no chance.</remarks>
    public ReplayResult Run()
    {
        ReplayCursor cursor = new(Entries);
        int datagrams = 0, facts = 0;
        IceAgentMachine? machine = null;
        try
        {
            while (cursor.TryTake(out ReplayEntry entry))
            {
                if (entry.Kind == ReplayEntryKind.Created)
                {
                    machine = Create(entry, cursor);
                    continue;
                }

                if (entry.Kind is ReplayEntryKind.Drew or ReplayEntryKind.AskedGate or ReplayEntryKind.AskedFilter)
                {
                    entry = cursor.ReturnToPoll();
                    Step(machine!, entry, cursor);
                    cursor.Expect(entry.Kind, "an output");
                }
                else
                {
                    Step(machine ?? throw new ReplayDivergence("the recording does not begin with the machine"), entry, cursor);
                }

                datagrams += entry.Kind == ReplayEntryKind.Transmitted ? 1 : 0;
                facts += entry.Kind is ReplayEntryKind.Told or ReplayEntryKind.Requested ? 1 : 0;
            }

            return new ReplayResult { Entry = Entries.Count, Datagrams = datagrams, Facts = facts };
        }
        catch (ReplayDivergence end) when (end.IsCutOff)
        {
            return new ReplayResult { Entry = Entries.Count, IsCutOff = true, Datagrams = datagrams, Facts = facts };
        }
        catch (ReplayDivergence divergence)
        {
            return new ReplayResult { Difference = divergence.Message, Entry = cursor.Position - 1, Datagrams = datagrams, Facts = facts };
        }
        finally
        {
            machine?.Dispose();
        }
    }

    /// <summary>The session for people: what came and went, what was decided and why. No passwords and no payload.</summary>
    public string ToTimeline()
    {
        StringBuilder text = new();
        foreach (ReplayEntry entry in Entries)
        {
            if (entry.Kind is ReplayEntryKind.Called or ReplayEntryKind.Received or ReplayEntryKind.Judged or ReplayEntryKind.Transmitted or ReplayEntryKind.Told or ReplayEntryKind.Requested)
            {
                text.Append(entry).Append('\n');
            }
        }

        return text.ToString();
    }

    private static IceAgentMachine Create(ReplayEntry created, ReplayCursor cursor)
    {
        IceAgentMachineOptions options = (IceAgentMachineOptions)ReplayJson.Read(created.Arguments[0])!;
        return new IceAgentMachine(created.Answer ? options with { AddressFilter = cursor.AskFilter } : options, cursor, cursor);
    }

    private static void Step(IceAgentMachine machine, ReplayEntry entry, ReplayCursor cursor)
    {
        switch (entry.Kind)
        {
            case ReplayEntryKind.Called:
                Call(machine, entry);
                break;
            case ReplayEntryKind.TimedOut:
                machine.HandleTimeout(entry.At);
                break;
            case ReplayEntryKind.Received:
                DatagramVerdict verdict = machine.HandleDatagram(entry.At, new TransportPath(entry.Socket, entry.Remote), entry.Bytes.Span);
                ReplayEntry judged = cursor.Expect(ReplayEntryKind.Judged, "a verdict");
                Compare("verdict", (judged.Verdict, judged.Reason), (verdict.Kind, verdict.Reason));
                break;
            case ReplayEntryKind.Transmitted:
                CompareTransmit(machine, entry);
                break;
            case ReplayEntryKind.Requested:
                Compare("host request", entry.Text, machine.TryGetHostRequest(out IceHostRequest? request) ? ReplayText.Of(request) : "none");
                break;
            case ReplayEntryKind.Told:
                Compare("fact", entry.Text, machine.TryGetEvent(out IceAgentEvent? fact) ? ReplayText.Of(fact) : "none");
                break;
            case ReplayEntryKind.FoundNone:
                Compare($"output of kind {entry.Output}", false, Poll(machine, entry));
                break;
            default:
                throw new ReplayDivergence($"the recording has what the machine did not ask for: {entry}");
        }
    }

    // By name, so that a verb of a later version replays without a change here.
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A test kit is not trimmed.")]
    private static void Call(IceAgentMachine machine, ReplayEntry entry)
    {
        object?[] arguments = [.. entry.Arguments.Select(ReplayJson.Read)];
        MethodInfo verb = typeof(IceAgentMachine).GetMethods().FirstOrDefault(m => m.Name == entry.Text && m.GetParameters().Length == arguments.Length)
            ?? throw new ReplayDivergence($"this version has no verb {entry.Text} with {arguments.Length} arguments");
        try
        {
            verb.Invoke(machine, arguments);
        }
        catch (TargetInvocationException e) when (e.InnerException is ReplayDivergence divergence)
        {
            throw divergence;
        }
        catch (TargetInvocationException e) when (e.InnerException is ArgumentException or InvalidOperationException)
        {
            // The caller's mistake was the caller's then, too.
        }
    }

    private static void CompareTransmit(IceAgentMachine machine, ReplayEntry entry)
    {
        byte[] buffer = new byte[ushort.MaxValue];
        if (!machine.TryGetTransmit(entry.At, buffer, out Transmit transmit))
        {
            throw new ReplayDivergence($"nothing was sent instead of: {entry}");
        }

        Compare("way", (entry.Socket, entry.Remote), (transmit.Socket, transmit.Destination));
        if (!entry.Bytes.Span.SequenceEqual(buffer.AsSpan(0, transmit.Length)))
        {
            throw new ReplayDivergence($"other bytes were sent ({DatagramDescription.Of(buffer.AsSpan(0, transmit.Length))}) than: {entry}");
        }
    }

    private static bool Poll(IceAgentMachine machine, ReplayEntry entry) => entry.Output switch
    {
        AgentOutput.Transmit => machine.TryGetTransmit(entry.At, new byte[ushort.MaxValue], out _),
        AgentOutput.HostRequest => machine.TryGetHostRequest(out _),
        _ => machine.TryGetEvent(out _),
    };

    private static void Compare<T>(string what, T recorded, T now)
    {
        if (!EqualityComparer<T>.Default.Equals(recorded, now))
        {
            throw new ReplayDivergence($"the {what} is {now} instead of {recorded}");
        }
    }
}
