namespace IceSharp.Protocol.Nat;

/// <summary>Mapping tests I, II and III (RFC 5780 §4.3), from a port that filtering tests have not touched.</summary>
internal sealed class MappingSeries(NatNotebook notebook, NatSocket first)
{
    public IEnumerator<NatStep> Run()
    {
        if (!notebook.Wants(NatProbeTests.Mapping))
        {
            yield break;
        }

        if (notebook.HasNoNat)
        {
            notebook.Mapping = NatMappingType.NoNat;
            yield break;
        }

        if (notebook.Other is not { } other)
        {
            notebook.Mapping = Compare();
            yield break;
        }

        TransportAddress server = notebook.Server;
        NatSocket socket = first;
        NatTestRecord one = notebook.First!;
        if (notebook.Wants(NatProbeTests.Filtering))
        {
            // What the filter turned away may still have left a trace in the NAT, which would give the answer to II another port.
            socket = new NatSocket();
            yield return new OpenStep(socket);
            yield return new AskStep(NatTest.I, socket, server);
            one = notebook.Last;
        }

        notebook.Mapping = NatMappingType.Undetermined;
        if (one.Outcome != NatTestOutcome.Received)
        {
            yield break;
        }

        yield return new AskStep(NatTest.MappingII, socket, server with { Address = other.Address });
        NatTestRecord two = notebook.Last;
        if (two.Outcome != NatTestOutcome.Received)
        {
            yield break;
        }

        if (two.MappedAddress == one.MappedAddress)
        {
            notebook.Mapping = NatMappingType.EndpointIndependent;
            yield break;
        }

        yield return new AskStep(NatTest.MappingIII, socket, other);
        if (notebook.Last.Outcome == NatTestOutcome.Received)
        {
            notebook.Mapping = notebook.Last.MappedAddress == two.MappedAddress ? NatMappingType.AddressDependent : NatMappingType.AddressAndPortDependent;
        }
    }

    // Two servers at different addresses are tests I and II; what test III would tell stays open. Same address, other port tells only of ports.
    private NatMappingType Compare()
    {
        NatTestRecord one = notebook.First!;
        NatTestRecord? sameAddress = notebook.PlainAnswers.Find(r => r.Destination.Address == one.Destination.Address && r.Destination.Port != one.Destination.Port);
        NatTestRecord? otherAddress = notebook.PlainAnswers.Find(r => r.Destination.Address != one.Destination.Address);
        if (sameAddress is not null && sameAddress.MappedAddress != one.MappedAddress)
        {
            return NatMappingType.AddressAndPortDependent;
        }

        if (otherAddress is null)
        {
            return NatMappingType.NotSupportedByServer;
        }

        return otherAddress.MappedAddress == one.MappedAddress ? NatMappingType.EndpointIndependent
            : sameAddress is null ? NatMappingType.NotEndpointIndependent : NatMappingType.AddressDependent;
    }
}
