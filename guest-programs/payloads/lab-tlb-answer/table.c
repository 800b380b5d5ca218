/* Linked in front of answer.c; payload.ld puts it where the firmware looks. */
#include "lab-tlb/table.h"

__attribute__((section(".head"), used)) const AnswerTable answer_table = {
    .magic = ANSWER_MAGIC,
    .unmap_page = unmap_page,
    .unmap_global_page = unmap_global_page,
    .unmap_range = unmap_range,
    .free_table = free_table,
    .protect_page = protect_page,
    .move_page = move_page,
    .split_megapage = split_megapage,
    .reuse_asid = reuse_asid,
    .fork_pages = fork_pages,
};
